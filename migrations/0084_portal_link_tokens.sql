-- Secrets with which somebody looks at a job's portal: only their hashes. A row stays when its secret is
-- dead, so that whoever comes with it is told why.
CREATE TABLE portal_link_tokens (
    ledger_id  uuid        NOT NULL,
    token_id   uuid        NOT NULL,
    link_id    uuid        NOT NULL,
    token_hash bytea       NOT NULL,
    job_id     uuid        NOT NULL,
    contact_id uuid,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended      text,
    ended_at   timestamptz,
    PRIMARY KEY (ledger_id, token_id)
);
-- A link is found by its id, and its secrets are compared one by one.
CREATE INDEX portal_link_tokens_by_link ON portal_link_tokens (ledger_id, link_id, issued_at);
-- For the clock, which records the end of those whose time is over.
CREATE INDEX portal_link_tokens_by_end ON portal_link_tokens (expires_at) WHERE ended IS NULL;
COMMENT ON TABLE portal_link_tokens IS 'Hashes of the secrets of links to portals';
COMMENT ON COLUMN portal_link_tokens.ledger_id IS 'The builder account; the secret carries it, so that a lookup can be routed';
COMMENT ON COLUMN portal_link_tokens.token_id IS 'The id that events name';
COMMENT ON COLUMN portal_link_tokens.link_id IS 'The link, which the address of the page names; rotating keeps it';
COMMENT ON COLUMN portal_link_tokens.token_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN portal_link_tokens.job_id IS 'The job whose portal it is';
COMMENT ON COLUMN portal_link_tokens.contact_id IS 'The one owner whose link it is; none of a link for the job';
COMMENT ON COLUMN portal_link_tokens.issued_at IS 'When it was made';
COMMENT ON COLUMN portal_link_tokens.expires_at IS 'From then on it opens nothing';
COMMENT ON COLUMN portal_link_tokens.ended IS 'How it ended: rotated, revoked or expired';
COMMENT ON COLUMN portal_link_tokens.ended_at IS 'When that was recorded';
