-- Commands that a rule refused; shown beside the events, never part of them.
CREATE TABLE refused_attempts (
    ledger_id    uuid        NOT NULL,
    attempt_id   uuid        NOT NULL,
    aggregate_id uuid        NOT NULL,
    command      text        NOT NULL,
    code         text        NOT NULL,
    rule         text,
    actor_kind   text        NOT NULL,
    actor_id     uuid,
    channel      text        NOT NULL,
    sealed       bytea       NOT NULL,
    correlation  uuid        NOT NULL,
    refused_at   timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, attempt_id)
);
CREATE INDEX refused_attempts_by_aggregate ON refused_attempts (ledger_id, aggregate_id, refused_at);
CREATE INDEX refused_attempts_by_time ON refused_attempts (ledger_id, refused_at);
COMMENT ON TABLE refused_attempts IS 'Who tried what, which rule refused it, when and from where';
COMMENT ON COLUMN refused_attempts.ledger_id IS 'The ledger that it was tried on';
COMMENT ON COLUMN refused_attempts.attempt_id IS 'The attempt';
COMMENT ON COLUMN refused_attempts.aggregate_id IS 'On what it was tried';
COMMENT ON COLUMN refused_attempts.command IS 'What was tried';
COMMENT ON COLUMN refused_attempts.code IS 'The refusal''s stable code';
COMMENT ON COLUMN refused_attempts.rule IS 'The rule that refused it';
COMMENT ON COLUMN refused_attempts.actor_kind IS 'Who, by kind';
COMMENT ON COLUMN refused_attempts.actor_id IS 'Who';
COMMENT ON COLUMN refused_attempts.channel IS 'By which way in';
COMMENT ON COLUMN refused_attempts.sealed IS 'Client address and reason, encrypted under a key derived from the master key';
COMMENT ON COLUMN refused_attempts.correlation IS 'The request';
COMMENT ON COLUMN refused_attempts.refused_at IS 'When';
