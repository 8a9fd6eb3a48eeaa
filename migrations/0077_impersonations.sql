-- Who looked through which owner's eyes, open and ended. Who it was, and why, is not here; it is read
-- from the ledger itself, so that it is true and can be erased.
CREATE TABLE impersonations (
    ledger_id        uuid        NOT NULL,
    impersonation_id uuid        NOT NULL,
    job_id           uuid        NOT NULL,
    contact_id       uuid        NOT NULL,
    started          bigint      NOT NULL,
    until            timestamptz NOT NULL,
    how              text,
    ended            bigint,
    PRIMARY KEY (ledger_id, impersonation_id)
);
CREATE INDEX impersonations_by_job ON impersonations (ledger_id, job_id, started);
COMMENT ON TABLE impersonations IS 'Read model: who looked through which owner''s eyes';
COMMENT ON COLUMN impersonations.ledger_id IS 'The builder account';
COMMENT ON COLUMN impersonations.impersonation_id IS 'The impersonation';
COMMENT ON COLUMN impersonations.job_id IS 'The job that it was started on';
COMMENT ON COLUMN impersonations.contact_id IS 'Through whose eyes';
COMMENT ON COLUMN impersonations.started IS 'The event that started it';
COMMENT ON COLUMN impersonations.until IS 'Until when at most';
COMMENT ON COLUMN impersonations.how IS 'How it ended';
COMMENT ON COLUMN impersonations.ended IS 'The event that ended it';
