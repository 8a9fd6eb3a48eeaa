-- Tells at the start whether the master key is the one that sealed this database.
CREATE TABLE key_check (
    ledger_id   uuid  NOT NULL PRIMARY KEY,
    check_value bytea NOT NULL
);
COMMENT ON TABLE key_check IS 'One row: a fingerprint of the master key';
COMMENT ON COLUMN key_check.ledger_id IS 'The installation''s ledger';
COMMENT ON COLUMN key_check.check_value IS 'A value derived from the master key, from which the key cannot be told';
