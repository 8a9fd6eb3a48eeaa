-- Secret links: only their hashes. Rows stay when a link is dead, so that it can say why.
CREATE TABLE tokens (
    ledger_id     uuid        NOT NULL,
    token_hash    bytea       NOT NULL,
    token_id      uuid        NOT NULL,
    kind          text        NOT NULL,
    contact_id    uuid        NOT NULL,
    invitation_id uuid        NOT NULL,
    expires_at    timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, token_hash)
);
COMMENT ON TABLE tokens IS 'Hashes of secret links';
COMMENT ON COLUMN tokens.ledger_id IS 'The ledger; the link carries it, so that a lookup can be routed';
COMMENT ON COLUMN tokens.token_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN tokens.token_id IS 'The id that events name';
COMMENT ON COLUMN tokens.kind IS 'invitation';
COMMENT ON COLUMN tokens.contact_id IS 'The invited contact';
COMMENT ON COLUMN tokens.invitation_id IS 'The invitation';
COMMENT ON COLUMN tokens.expires_at IS 'From then on it is dead';
