-- What stands beside an account's ledger for its staff: who can sign in as whom, and links to join.
CREATE TABLE staff_members (
    ledger_id uuid   NOT NULL,
    staff_id  uuid   NOT NULL,
    person_id uuid,
    role      text   NOT NULL,
    grants    text[] NOT NULL,
    PRIMARY KEY (ledger_id, staff_id)
);
COMMENT ON TABLE staff_members IS 'The staff as it is now, invited or joined, with what each may; written with the account''s events, read with every request of theirs';
COMMENT ON COLUMN staff_members.ledger_id IS 'The account';
COMMENT ON COLUMN staff_members.staff_id IS 'The id that events name as their actor';
COMMENT ON COLUMN staff_members.person_id IS 'The person who signs in as them; none while they are invited';
COMMENT ON COLUMN staff_members.role IS 'admin, staff or auditor';
COMMENT ON COLUMN staff_members.grants IS 'What they may beyond the role';

CREATE TABLE staff_tokens (
    ledger_id  uuid        NOT NULL,
    token_hash bytea       NOT NULL,
    token_id   uuid        NOT NULL,
    staff_id   uuid        NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, token_hash)
);
COMMENT ON TABLE staff_tokens IS 'Hashes of the links with which somebody joins the staff; they stay when a link is dead, so that it can say why';
COMMENT ON COLUMN staff_tokens.ledger_id IS 'The account; the link carries it, so that a lookup can be routed';
COMMENT ON COLUMN staff_tokens.token_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN staff_tokens.token_id IS 'The id that events name';
COMMENT ON COLUMN staff_tokens.staff_id IS 'Who is invited';
COMMENT ON COLUMN staff_tokens.expires_at IS 'From then on it is dead';

ALTER TABLE sessions
    ADD COLUMN account_id uuid,
    ADD COLUMN staff_id uuid,
    ADD CHECK ((account_id IS NULL) = (staff_id IS NULL));
COMMENT ON COLUMN sessions.account_id IS 'For which account it works; none where it is for the person''s own things';
COMMENT ON COLUMN sessions.staff_id IS 'As which member of that account''s staff';
COMMENT ON COLUMN outbox.kind IS 'invitation, password_reset, staff_invitation or notice';
COMMENT ON COLUMN outbox.contact_id IS 'To whom: the contact or the member of the staff, or in a person''s ledger the person';
