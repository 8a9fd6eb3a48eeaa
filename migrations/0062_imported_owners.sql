-- Owners who came over active from an older system, until their person registers.
CREATE TABLE imported_owners (
    ledger_id  uuid NOT NULL,
    contact_id uuid NOT NULL,
    person_id  uuid NOT NULL,
    PRIMARY KEY (ledger_id, contact_id)
);
CREATE INDEX imported_owners_by_person ON imported_owners (person_id);
COMMENT ON TABLE imported_owners IS 'Which contacts an imported owner finds on their first sign-in';
COMMENT ON COLUMN imported_owners.ledger_id IS 'The builder account';
COMMENT ON COLUMN imported_owners.contact_id IS 'The contact';
COMMENT ON COLUMN imported_owners.person_id IS 'The person, told from the primary email';
