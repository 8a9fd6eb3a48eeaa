-- The links that confirm a change of the primary email, in the mails to the new addresses.
CREATE TABLE email_change_tokens (
    ledger_id  uuid        NOT NULL,
    token_hash bytea       NOT NULL,
    token_id   uuid        NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, token_hash)
);
COMMENT ON TABLE email_change_tokens IS 'Hashes of the links with which a change of the primary email is confirmed';
COMMENT ON COLUMN email_change_tokens.ledger_id IS 'The person''s ledger; the link carries it';
COMMENT ON COLUMN email_change_tokens.token_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN email_change_tokens.token_id IS 'The id that events name';
COMMENT ON COLUMN email_change_tokens.expires_at IS 'From then on it begins nothing';
