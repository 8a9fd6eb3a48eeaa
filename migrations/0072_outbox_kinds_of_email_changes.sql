-- Mails about a change of the primary email.
COMMENT ON COLUMN outbox.kind IS 'invitation, password_reset, notice, primary_email_change, primary_email_change_requested or primary_email_changed';
