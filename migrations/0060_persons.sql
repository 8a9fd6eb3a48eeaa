-- What stands beside the ledgers of persons: who has which address, passwords, sessions, links.
CREATE TABLE person_directory (
    email_hash   bytea       NOT NULL PRIMARY KEY,
    person_id    uuid        NOT NULL,
    reserved_at  timestamptz NOT NULL,
    confirmed_at timestamptz
);
COMMENT ON TABLE person_directory IS 'Which person signs in with an address; unique over all tenants, distributed by the address';
COMMENT ON COLUMN person_directory.email_hash IS 'Keyed hash of the address in normal form';
COMMENT ON COLUMN person_directory.person_id IS 'The person, and the ledger';
COMMENT ON COLUMN person_directory.reserved_at IS 'When it was reserved for them';
COMMENT ON COLUMN person_directory.confirmed_at IS 'When their ledger said that it is theirs; until then the reservation may lapse';

CREATE TABLE person_passwords (
    ledger_id     uuid        NOT NULL PRIMARY KEY,
    credential_id uuid        NOT NULL,
    password_hash text        NOT NULL,
    set_at        timestamptz NOT NULL
);
COMMENT ON TABLE person_passwords IS 'Hashes of passwords; the one that holds, and no other';
COMMENT ON COLUMN person_passwords.ledger_id IS 'The person''s ledger';
COMMENT ON COLUMN person_passwords.credential_id IS 'The id that events name';
COMMENT ON COLUMN person_passwords.password_hash IS 'Argon2id, as a PHC string';
COMMENT ON COLUMN person_passwords.set_at IS 'When it was set';

CREATE TABLE sessions (
    ledger_id    uuid        NOT NULL,
    secret_hash  bytea       NOT NULL,
    session_id   uuid        NOT NULL,
    created_at   timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    sealed       bytea       NOT NULL,
    PRIMARY KEY (ledger_id, secret_hash)
);
COMMENT ON TABLE sessions IS 'Who is signed in; a session that has ended is deleted';
COMMENT ON COLUMN sessions.ledger_id IS 'The person''s ledger; the secret carries it, so that a lookup can be routed';
COMMENT ON COLUMN sessions.secret_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN sessions.session_id IS 'The id that events name';
COMMENT ON COLUMN sessions.created_at IS 'When it began';
COMMENT ON COLUMN sessions.seen_at IS 'When it was last used, to the minute';
COMMENT ON COLUMN sessions.expires_at IS 'From then on it is dead';
COMMENT ON COLUMN sessions.sealed IS 'From which address it began, encrypted under a key derived from the master key';

CREATE TABLE reset_tokens (
    ledger_id  uuid        NOT NULL,
    token_hash bytea       NOT NULL,
    token_id   uuid        NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, token_hash)
);
COMMENT ON TABLE reset_tokens IS 'Hashes of the links with which a password is reset';
COMMENT ON COLUMN reset_tokens.ledger_id IS 'The person''s ledger; the link carries it';
COMMENT ON COLUMN reset_tokens.token_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN reset_tokens.token_id IS 'The id that events name';
COMMENT ON COLUMN reset_tokens.expires_at IS 'From then on it is dead';

CREATE TABLE throttles (
    subject_hash bytea       NOT NULL PRIMARY KEY,
    began_at     timestamptz NOT NULL,
    tries        integer     NOT NULL
);
COMMENT ON TABLE throttles IS 'How often something was tried in a while: counted before it is checked';
COMMENT ON COLUMN throttles.subject_hash IS 'Keyed hash of what is tried and by or for whom';
COMMENT ON COLUMN throttles.began_at IS 'When the while began';
COMMENT ON COLUMN throttles.tries IS 'How often since';
