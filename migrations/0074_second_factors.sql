-- What stands beside a person's ledger for the second factor: the secret and the recovery codes.
CREATE TABLE second_factors (
    ledger_id  uuid        NOT NULL PRIMARY KEY,
    factor_id  uuid        NOT NULL,
    sealed     bytea       NOT NULL,
    begun_at   timestamptz NOT NULL,
    enabled_at timestamptz,
    last_step  bigint
);
COMMENT ON TABLE second_factors IS 'A person''s second factor: one that is on, or that waits to be confirmed';
COMMENT ON COLUMN second_factors.ledger_id IS 'The person''s ledger';
COMMENT ON COLUMN second_factors.factor_id IS 'The id that events name';
COMMENT ON COLUMN second_factors.sealed IS 'The secret that it shares with the app, encrypted under a key derived from the master key';
COMMENT ON COLUMN second_factors.begun_at IS 'When the secret was made';
COMMENT ON COLUMN second_factors.enabled_at IS 'Since when it is on; none while it waits for its first code';
COMMENT ON COLUMN second_factors.last_step IS 'The time step of the last code that was taken: neither it nor an older one is taken again';

CREATE TABLE recovery_codes (
    ledger_id uuid     NOT NULL,
    code_hash bytea    NOT NULL,
    factor_id uuid     NOT NULL,
    number    smallint NOT NULL,
    PRIMARY KEY (ledger_id, code_hash)
);
COMMENT ON TABLE recovery_codes IS 'Hashes of the codes that stand in for a lost second factor; one that was used is deleted';
COMMENT ON COLUMN recovery_codes.ledger_id IS 'The person''s ledger';
COMMENT ON COLUMN recovery_codes.code_hash IS 'SHA-256 of the code';
COMMENT ON COLUMN recovery_codes.factor_id IS 'The second factor that it stands in for';
COMMENT ON COLUMN recovery_codes.number IS 'Which one, from 1; events name it by this';
