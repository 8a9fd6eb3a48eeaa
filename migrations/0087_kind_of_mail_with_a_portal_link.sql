-- Mails that carry the link to a portal.
COMMENT ON COLUMN outbox.kind IS 'invitation, password_reset, notice, new_message, new_todo, new_task or portal_link';
COMMENT ON COLUMN outbox.contact_id IS 'To whom: the contact, in a person''s ledger the person, and of whoever is neither, the mail itself';
COMMENT ON COLUMN mail_log.kind IS 'invitation, password_reset, notice, new_message, new_todo, new_task or portal_link';
