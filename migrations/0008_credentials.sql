-- API keys and operator tokens: only their hashes.
CREATE TABLE credentials (
    ledger_id   uuid        NOT NULL,
    secret_hash bytea       NOT NULL,
    key_id      uuid        NOT NULL,
    role        text        NOT NULL,
    grants      text[]      NOT NULL,
    issued_at   timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, secret_hash)
);
COMMENT ON TABLE credentials IS 'Hashes of the secrets with which services and operators sign their requests';
COMMENT ON COLUMN credentials.ledger_id IS 'The account, or the installation; the secret carries it, so that a lookup can be routed';
COMMENT ON COLUMN credentials.secret_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN credentials.key_id IS 'The id that events name as their actor';
COMMENT ON COLUMN credentials.role IS 'operator, admin, staff or auditor';
COMMENT ON COLUMN credentials.grants IS 'What a staff key may beyond its role';
COMMENT ON COLUMN credentials.issued_at IS 'When it was issued';
