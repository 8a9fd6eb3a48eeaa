-- The names of operators, for the histories of accounts that they have touched.
CREATE TABLE operators (
    ledger_id   uuid  NOT NULL,
    operator_id uuid  NOT NULL,
    sealed      bytea NOT NULL,
    PRIMARY KEY (ledger_id, operator_id)
);
COMMENT ON TABLE operators IS 'Operators who have a name, those who were dismissed too; written with the installation''s events';
COMMENT ON COLUMN operators.ledger_id IS 'The installation''s ledger';
COMMENT ON COLUMN operators.operator_id IS 'The id that events name as their actor';
COMMENT ON COLUMN operators.sealed IS 'The name, encrypted under a key derived from the master key';
