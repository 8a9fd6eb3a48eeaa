-- The mail log with mails that came back, and the kinds of mail that carry no link.
ALTER TABLE mail_log ADD COLUMN bounced_at timestamptz;
ALTER TABLE mail_log ADD COLUMN bounce_status text;
COMMENT ON COLUMN mail_log.bounced_at IS 'When it was told that the mail came back after it was sent';
COMMENT ON COLUMN mail_log.bounce_status IS 'Why it came back: a status code of RFC 3463';
COMMENT ON COLUMN mail_log.kind IS 'invitation, invitation_reminder, former_address, password_reset or notice';
COMMENT ON COLUMN mail_log.invitation_id IS 'The invitation that it is about';
COMMENT ON COLUMN mail_log.status IS 'waiting, sent, failed or bounced';
COMMENT ON COLUMN outbox.kind IS 'invitation, invitation_reminder, former_address, password_reset or notice';
COMMENT ON COLUMN outbox.mail_id IS 'The mail; its Message-ID is made of it and of the ledger';
-- The view is folded anew by the server that applies this.
TRUNCATE mail_log;
UPDATE view_checkpoints
   SET position = 0, parked_position = NULL, parked_cause = NULL, parked_at = NULL
 WHERE view = 'mail_log';
