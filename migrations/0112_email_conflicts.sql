-- Contacts whose primary email an owner of the same account wanted as their own, and the owners who wait (R32,
-- H4). The address stands here no more than in the events. Rows, and an index of them by owner.
CREATE TABLE email_conflicts (
    ledger_id  uuid NOT NULL,
    contact_id uuid NOT NULL,
    waiting    text NOT NULL,
    person_id  uuid,
    PRIMARY KEY (ledger_id, contact_id)
);
COMMENT ON TABLE email_conflicts IS 'Read model: contacts whose primary email an owner wanted';
COMMENT ON COLUMN email_conflicts.ledger_id IS 'The builder account';
COMMENT ON COLUMN email_conflicts.contact_id IS 'The contact that has the email';
COMMENT ON COLUMN email_conflicts.waiting IS 'The owners who wait, by their own contacts: who, and since when, as JSON';
COMMENT ON COLUMN email_conflicts.person_id IS 'The person whom the contact was linked to last';

CREATE TABLE email_conflict_owners (
    ledger_id   uuid        NOT NULL,
    contact_id  uuid        NOT NULL,
    owner_id    uuid        NOT NULL,
    person_id   uuid        NOT NULL,
    reported_at timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, contact_id, owner_id)
);
CREATE INDEX email_conflict_owners_by_owner ON email_conflict_owners (ledger_id, owner_id, contact_id);
CREATE INDEX email_conflict_owners_by_time ON email_conflict_owners (ledger_id, reported_at);
COMMENT ON TABLE email_conflict_owners IS 'Read model: the owners who wait for another contact''s email';
COMMENT ON COLUMN email_conflict_owners.ledger_id IS 'The builder account';
COMMENT ON COLUMN email_conflict_owners.contact_id IS 'The contact that has the email';
COMMENT ON COLUMN email_conflict_owners.owner_id IS 'The owner''s own contact';
COMMENT ON COLUMN email_conflict_owners.person_id IS 'Who it was';
COMMENT ON COLUMN email_conflict_owners.reported_at IS 'When the owner was refused it';
