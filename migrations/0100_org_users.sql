-- Who can sign in for a subcontractor's company now.
CREATE TABLE org_users (
    ledger_id uuid NOT NULL,
    user_id   uuid NOT NULL,
    person_id uuid NOT NULL,
    PRIMARY KEY (ledger_id, user_id)
);
COMMENT ON TABLE org_users IS 'The registered users of subcontractors'' companies; written with the companies'' events, read with every request of theirs';
COMMENT ON COLUMN org_users.ledger_id IS 'The company';
COMMENT ON COLUMN org_users.user_id IS 'The id that events name as their actor';
COMMENT ON COLUMN org_users.person_id IS 'The person who signs in as them';
