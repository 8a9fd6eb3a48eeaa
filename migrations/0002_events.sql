-- The log. Rows are inserted, never updated or deleted.
-- No foreign key to ledgers: whoever inserts holds the ledger's row.
CREATE TABLE events (
    ledger_id    uuid        NOT NULL,
    position     bigint      NOT NULL CHECK (position > 0),
    aggregate_id uuid        NOT NULL,
    sequence     bigint      NOT NULL,
    event_type   text        NOT NULL,
    recorded_at  timestamptz NOT NULL,
    event        json        NOT NULL,
    PRIMARY KEY (ledger_id, position)
);
CREATE UNIQUE INDEX events_by_aggregate ON events (ledger_id, aggregate_id, sequence);
COMMENT ON TABLE events IS 'Everything that happened, in order within each ledger';
COMMENT ON COLUMN events.ledger_id IS 'Whose event it is';
COMMENT ON COLUMN events.position IS '1, 2, 3 ... within the ledger, in commit order, without holes';
COMMENT ON COLUMN events.aggregate_id IS 'Copy from the event: what it happened to';
COMMENT ON COLUMN events.sequence IS 'Copy from the event: 1, 2, 3 ... within the aggregate';
COMMENT ON COLUMN events.event_type IS 'Copy from the event: its stored type';
COMMENT ON COLUMN events.recorded_at IS 'Copy from the event: when';
COMMENT ON COLUMN events.event IS 'The event itself, verbatim: the leaf of the Merkle tree is SHA-256(0x00 || these bytes)';
