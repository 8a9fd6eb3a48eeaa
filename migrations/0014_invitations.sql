-- The invitations, open and ended.
CREATE TABLE invitations (
    ledger_id     uuid        NOT NULL,
    invitation_id uuid        NOT NULL,
    contact_id    uuid        NOT NULL,
    status        text        NOT NULL,
    sent_to       text        NOT NULL,
    sent_by_kind  text        NOT NULL,
    sent_by       uuid,
    attempt       bigint      NOT NULL,
    sent_at       timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    PRIMARY KEY (ledger_id, invitation_id)
);
CREATE INDEX invitations_by_time ON invitations (ledger_id, sent_at, invitation_id);
COMMENT ON TABLE invitations IS 'Read model: the invitations of a builder account';
COMMENT ON COLUMN invitations.ledger_id IS 'The builder account';
COMMENT ON COLUMN invitations.invitation_id IS 'The invitation';
COMMENT ON COLUMN invitations.contact_id IS 'Who is invited';
COMMENT ON COLUMN invitations.status IS 'pending, accepted, cancelled, declined or expired';
COMMENT ON COLUMN invitations.sent_to IS 'The address of the last mail';
COMMENT ON COLUMN invitations.sent_by_kind IS 'Who sent the last mail, by kind';
COMMENT ON COLUMN invitations.sent_by IS 'Who sent the last mail';
COMMENT ON COLUMN invitations.attempt IS 'How many mails it had';
COMMENT ON COLUMN invitations.sent_at IS 'When the last mail was ordered';
COMMENT ON COLUMN invitations.expires_at IS 'When the last link dies';
COMMENT ON COLUMN invitations.ended_at IS 'When it was accepted, cancelled, declined or expired';
