-- Secrets with which somebody of the builder looks through an owner's eyes: only their hashes. A row
-- goes with the event that ends it.
CREATE TABLE impersonation_credentials (
    ledger_id        uuid        NOT NULL,
    secret_hash      bytea       NOT NULL,
    impersonation_id uuid        NOT NULL,
    job_id           uuid        NOT NULL,
    contact_id       uuid        NOT NULL,
    key_id           uuid        NOT NULL,
    expires_at       timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, secret_hash)
);
CREATE INDEX impersonation_credentials_by_id ON impersonation_credentials (ledger_id, impersonation_id);
-- For the clock, which records the end of those whose time is over.
CREATE INDEX impersonation_credentials_by_end ON impersonation_credentials (expires_at);
COMMENT ON TABLE impersonation_credentials IS 'Hashes of the secrets with which somebody looks through an owner''s eyes';
COMMENT ON COLUMN impersonation_credentials.ledger_id IS 'The builder account; the secret carries it, so that a lookup can be routed';
COMMENT ON COLUMN impersonation_credentials.secret_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN impersonation_credentials.impersonation_id IS 'The id that events name';
COMMENT ON COLUMN impersonation_credentials.job_id IS 'The job that it was started on';
COMMENT ON COLUMN impersonation_credentials.contact_id IS 'Through whose eyes';
COMMENT ON COLUMN impersonation_credentials.key_id IS 'The API key that started it; once that is revoked it opens nothing';
COMMENT ON COLUMN impersonation_credentials.expires_at IS 'From then on it opens nothing';
