-- Moves of a login to another address that have begun, until somebody has seen that they ended: a crash
-- between two of their steps leaves a row, and the clock goes on from it.
CREATE TABLE email_moves (
    ledger_id uuid        NOT NULL,
    position  bigint      NOT NULL,
    begun_at  timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, position)
);
COMMENT ON TABLE email_moves IS 'Moves of a login to another address whose end nobody has seen to yet';
COMMENT ON COLUMN email_moves.ledger_id IS 'The person''s ledger';
COMMENT ON COLUMN email_moves.position IS 'The event that says that it has begun';
COMMENT ON COLUMN email_moves.begun_at IS 'When that was';
-- Those that began before there was this table, ended or not: each is looked at once.
INSERT INTO email_moves (ledger_id, position, begun_at)
SELECT ledger_id, position, recorded_at FROM events WHERE event_type = 'person.primary_email_change_begun';
