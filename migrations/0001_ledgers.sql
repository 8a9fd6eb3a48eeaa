-- One row a ledger: the head of its log. An append locks this row before it decides.
CREATE TABLE ledgers (
    ledger_id   uuid        NOT NULL PRIMARY KEY,
    kind        text        NOT NULL,
    head        bigint      NOT NULL CHECK (head >= 0),
    frontier    bytea       NOT NULL CHECK (length(frontier) % 32 = 0),
    recorded_at timestamptz NOT NULL
) WITH (fillfactor = 20);
COMMENT ON TABLE ledgers IS 'One tenant''s ordered, append-only record: its head';
COMMENT ON COLUMN ledgers.ledger_id IS 'The tenant';
COMMENT ON COLUMN ledgers.kind IS 'installation or builder_account';
COMMENT ON COLUMN ledgers.head IS 'Position of the last event; 0 when there is none. Positions have no holes';
COMMENT ON COLUMN ledgers.frontier IS 'RFC 6962 tree over the events'' stored bytes: roots of the perfect subtrees, widest first, 32 bytes each';
COMMENT ON COLUMN ledgers.recorded_at IS 'Time of the last event; never goes back';
