-- How far each read model has read each ledger. Created with the ledger, so that it can be locked.
CREATE TABLE view_checkpoints (
    ledger_id       uuid   NOT NULL,
    view            text   NOT NULL,
    position        bigint NOT NULL CHECK (position >= 0),
    parked_position bigint,
    parked_cause    text,
    parked_at       timestamptz,
    rebuild_run     uuid,
    PRIMARY KEY (ledger_id, view),
    CHECK ((parked_position IS NULL) = (parked_at IS NULL))
);
COMMENT ON TABLE view_checkpoints IS 'How far each read model has read each ledger';
COMMENT ON COLUMN view_checkpoints.ledger_id IS 'The ledger';
COMMENT ON COLUMN view_checkpoints.view IS 'The read model';
COMMENT ON COLUMN view_checkpoints.position IS 'Everything up to here is in its rows';
COMMENT ON COLUMN view_checkpoints.parked_position IS 'The event that the view could not take, while it is parked';
COMMENT ON COLUMN view_checkpoints.parked_cause IS 'Why; holds no personal values';
COMMENT ON COLUMN view_checkpoints.parked_at IS 'Since when';
COMMENT ON COLUMN view_checkpoints.rebuild_run IS 'The last rebuild that finished this view of this ledger, so that a stopped one can be resumed';
