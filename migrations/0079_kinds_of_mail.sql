-- Mails that tell owners of something new have kinds of their own.
COMMENT ON COLUMN outbox.kind IS 'invitation, password_reset, notice, new_message, new_todo or new_task';
COMMENT ON COLUMN outbox.sealed IS 'Address and link, address and text, or the address alone, encrypted under a key derived from the master key; wiped when the mail is sent or given up';
COMMENT ON COLUMN mail_log.kind IS 'invitation, password_reset, notice, new_message, new_todo or new_task';
