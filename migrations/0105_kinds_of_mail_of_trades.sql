-- Mails to subcontractors.
COMMENT ON COLUMN outbox.kind IS 'invitation, password_reset, staff_invitation, notice, new_message, new_todo, new_task, portal_link, project_invitation, sub_user_invitation, join_requested or join_approved, or another kind of mail';
COMMENT ON COLUMN outbox.contact_id IS 'To whom: the contact, the member of the staff, the subcontractor or the user of its company, in a person''s ledger the person, and of whoever is none of them, the mail itself';
COMMENT ON COLUMN mail_log.kind IS 'invitation, password_reset, staff_invitation, notice, new_message, new_todo, new_task, portal_link, project_invitation, sub_user_invitation, join_requested or join_approved, or another kind of mail';
