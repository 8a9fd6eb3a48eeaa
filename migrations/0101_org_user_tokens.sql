-- Links with which somebody joins a subcontractor's company: only their hashes.
CREATE TABLE org_user_tokens (
    ledger_id  uuid        NOT NULL,
    token_hash bytea       NOT NULL,
    token_id   uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    expires_at timestamptz NOT NULL,
    ended      boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (ledger_id, token_hash)
);
CREATE INDEX org_user_tokens_by_user ON org_user_tokens (ledger_id, user_id);
-- For the clock, which records the end of those whose time is over.
CREATE INDEX org_user_tokens_by_end ON org_user_tokens (expires_at) WHERE NOT ended;
COMMENT ON TABLE org_user_tokens IS 'Hashes of the links with which somebody joins a subcontractor''s company; they stay when a link is dead, so that it can say why';
COMMENT ON COLUMN org_user_tokens.ledger_id IS 'The company; the link carries it, so that a lookup can be routed';
COMMENT ON COLUMN org_user_tokens.token_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN org_user_tokens.token_id IS 'The id that events name';
COMMENT ON COLUMN org_user_tokens.user_id IS 'Who is invited';
COMMENT ON COLUMN org_user_tokens.expires_at IS 'From then on it is dead';
COMMENT ON COLUMN org_user_tokens.ended IS 'Whether an event has ended it: a newer link, an answer, or its time';
