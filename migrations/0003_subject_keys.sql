-- The keys with which personal values in events are sealed, wrapped by the master key.
CREATE TABLE subject_keys (
    ledger_id    uuid        NOT NULL,
    subject_id   uuid        NOT NULL,
    wrapped_key  bytea,
    destroyed_at timestamptz,
    PRIMARY KEY (ledger_id, subject_id),
    CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
);
COMMENT ON TABLE subject_keys IS 'One key per contact or person; destroying it erases them from the whole history';
COMMENT ON COLUMN subject_keys.ledger_id IS 'The ledger whose events it seals';
COMMENT ON COLUMN subject_keys.subject_id IS 'Whose values it seals';
COMMENT ON COLUMN subject_keys.wrapped_key IS 'The key, encrypted with the master key; absent once destroyed';
COMMENT ON COLUMN subject_keys.destroyed_at IS 'When it was destroyed, by a recorded erasure';
