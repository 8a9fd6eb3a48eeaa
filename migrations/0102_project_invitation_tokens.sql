-- Links with which a subcontractor accepts a job: only their hashes.
CREATE TABLE project_invitation_tokens (
    ledger_id        uuid        NOT NULL,
    token_hash       bytea       NOT NULL,
    token_id         uuid        NOT NULL,
    subcontractor_id uuid        NOT NULL,
    invitation_id    uuid        NOT NULL,
    expires_at       timestamptz NOT NULL,
    ended            boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (ledger_id, token_hash)
);
CREATE INDEX project_invitation_tokens_by_invitation ON project_invitation_tokens (ledger_id, invitation_id);
-- For the clock, which records the end of those whose time is over.
CREATE INDEX project_invitation_tokens_by_end ON project_invitation_tokens (expires_at) WHERE NOT ended;
COMMENT ON TABLE project_invitation_tokens IS 'Hashes of the links of invitations of subcontractors to jobs; they stay when a link is dead, so that it can say why';
COMMENT ON COLUMN project_invitation_tokens.ledger_id IS 'The builder account that invites; the link carries it, so that a lookup can be routed';
COMMENT ON COLUMN project_invitation_tokens.token_hash IS 'SHA-256 of the secret';
COMMENT ON COLUMN project_invitation_tokens.token_id IS 'The id that events name';
COMMENT ON COLUMN project_invitation_tokens.subcontractor_id IS 'Whom the account invites';
COMMENT ON COLUMN project_invitation_tokens.invitation_id IS 'The invitation; sending it again keeps it';
COMMENT ON COLUMN project_invitation_tokens.expires_at IS 'From then on it is dead';
COMMENT ON COLUMN project_invitation_tokens.ended IS 'Whether an event has ended it: a newer link, an answer, another primary contact, or its time';
