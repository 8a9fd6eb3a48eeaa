-- By what contacts are found that may be one person: the same primary email, the same phone, the
-- same name and address. The keys are shortened hashes: of one size, whatever is typed, and quick
-- to compare. Whoever knows a number can find its hash, so they count as personal values, and an
-- erased contact has none.
CREATE TABLE duplicate_candidates (
    ledger_id     uuid    NOT NULL,
    contact_id    uuid    NOT NULL,
    primary_email uuid,
    phones        uuid[]  NOT NULL,
    name          uuid,
    address       uuid,
    live          boolean NOT NULL,
    PRIMARY KEY (ledger_id, contact_id)
);
COMMENT ON TABLE duplicate_candidates IS 'Read model: by what each contact may be found to be the same person as another';
COMMENT ON COLUMN duplicate_candidates.ledger_id IS 'The builder account';
COMMENT ON COLUMN duplicate_candidates.contact_id IS 'The contact';
COMMENT ON COLUMN duplicate_candidates.primary_email IS 'Hash of the normal form of its primary email';
COMMENT ON COLUMN duplicate_candidates.phones IS 'Hashes of its phones in E.164, each once';
COMMENT ON COLUMN duplicate_candidates.name IS 'Hash of its folded name';
COMMENT ON COLUMN duplicate_candidates.address IS 'Hash of its folded address';
COMMENT ON COLUMN duplicate_candidates.live IS 'Whether it is in the book: neither deleted nor merged';

CREATE TABLE duplicate_candidates_keys (
    ledger_id  uuid NOT NULL,
    contact_id uuid NOT NULL,
    reason     text NOT NULL COLLATE "C",
    key        uuid NOT NULL,
    PRIMARY KEY (ledger_id, reason, key, contact_id)
);
COMMENT ON TABLE duplicate_candidates_keys IS 'Read model: the keys of the contacts in the book; two contacts with one key may be one person';
COMMENT ON COLUMN duplicate_candidates_keys.ledger_id IS 'The builder account';
COMMENT ON COLUMN duplicate_candidates_keys.contact_id IS 'The contact';
COMMENT ON COLUMN duplicate_candidates_keys.reason IS 'primary_email, phone or name_and_address';
COMMENT ON COLUMN duplicate_candidates_keys.key IS 'The hash that contacts have in common';
