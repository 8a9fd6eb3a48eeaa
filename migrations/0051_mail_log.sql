-- Every mail that a ledger ordered, and what became of it.
CREATE TABLE mail_log (
    ledger_id     uuid        NOT NULL,
    mail_id       uuid        NOT NULL,
    contact_id    uuid        NOT NULL,
    kind          text        NOT NULL,
    invitation_id uuid,
    sent_to       text,
    status        text        NOT NULL,
    cause         text,
    attempts      bigint      NOT NULL,
    queued_at     timestamptz NOT NULL,
    ended_at      timestamptz,
    PRIMARY KEY (ledger_id, mail_id)
);
CREATE INDEX mail_log_by_time ON mail_log (ledger_id, queued_at, mail_id);
CREATE INDEX mail_log_by_contact ON mail_log (ledger_id, contact_id, queued_at, mail_id);
CREATE INDEX mail_log_by_invitation ON mail_log (ledger_id, invitation_id);
COMMENT ON TABLE mail_log IS 'Read model: the mails of a ledger';
COMMENT ON COLUMN mail_log.ledger_id IS 'The builder account';
COMMENT ON COLUMN mail_log.mail_id IS 'The mail';
COMMENT ON COLUMN mail_log.contact_id IS 'To whom';
COMMENT ON COLUMN mail_log.kind IS 'invitation, password_reset or notice';
COMMENT ON COLUMN mail_log.invitation_id IS 'The invitation that it carries';
COMMENT ON COLUMN mail_log.sent_to IS 'The address, where the event that ordered it tells it';
COMMENT ON COLUMN mail_log.status IS 'waiting, sent or failed';
COMMENT ON COLUMN mail_log.cause IS 'Why it failed, in a word';
COMMENT ON COLUMN mail_log.attempts IS 'Which attempt was the last one; 0 while it waits';
COMMENT ON COLUMN mail_log.queued_at IS 'When it was ordered';
COMMENT ON COLUMN mail_log.ended_at IS 'When the mail server took it, or it was given up';
