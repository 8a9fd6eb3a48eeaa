-- What a command with an Idempotency-Key answered, so that a retry gets the same answer.
CREATE TABLE receipts (
    ledger_id     uuid        NOT NULL,
    key_hash      bytea       NOT NULL,
    request_hash  bytea       NOT NULL,
    answer        jsonb       NOT NULL,
    sealed_secret bytea,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, key_hash)
);
CREATE INDEX receipts_by_age ON receipts (created_at);
COMMENT ON TABLE receipts IS 'Answers of commands that came with an Idempotency-Key; kept for at least 24 hours';
COMMENT ON COLUMN receipts.ledger_id IS 'The ledger that the command changed';
COMMENT ON COLUMN receipts.key_hash IS 'SHA-256 over actor and key';
COMMENT ON COLUMN receipts.request_hash IS 'SHA-256 over the request, to tell another request with the same key';
COMMENT ON COLUMN receipts.answer IS 'Ids, versions, position and outcome; no personal values';
COMMENT ON COLUMN receipts.sealed_secret IS 'A secret that the answer told once, encrypted for as long as the receipt lives';
COMMENT ON COLUMN receipts.created_at IS 'When the command was carried out';
