-- An organisation of a subcontractor: its users, the builders that it works for, and who asked to join.
CREATE TABLE sub_org_directory (
    ledger_id           uuid        NOT NULL,
    org_id              uuid        NOT NULL,
    name                text        NOT NULL,
    users               text        NOT NULL,
    general_contractors text        NOT NULL,
    join_requests       text        NOT NULL,
    version             bigint      NOT NULL,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, org_id)
);
COMMENT ON TABLE sub_org_directory IS 'Read model: subcontractors'' organisations, each in a ledger of its own';
COMMENT ON COLUMN sub_org_directory.ledger_id IS 'The organisation''s ledger';
COMMENT ON COLUMN sub_org_directory.org_id IS 'The organisation';
COMMENT ON COLUMN sub_org_directory.name IS 'What it calls itself';
COMMENT ON COLUMN sub_org_directory.users IS 'Its users in the order in which they came, as JSON: names, email, stage, when';
COMMENT ON COLUMN sub_org_directory.general_contractors IS 'The builder accounts that it works for, each with the id of their relation to it, as JSON';
COMMENT ON COLUMN sub_org_directory.join_requests IS 'Who asked to join (H9), as JSON: names, email, when, what became of it';
COMMENT ON COLUMN sub_org_directory.version IS 'Sequence of its last event';
COMMENT ON COLUMN sub_org_directory.created_at IS 'When it came to be';
COMMENT ON COLUMN sub_org_directory.updated_at IS 'When it last changed';
