-- What the sender needs to share the outbox between processes, to come again, and to end a mail
-- that cannot be sent.
ALTER TABLE outbox
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN next_attempt_at timestamptz,
    ADD COLUMN taken_until timestamptz,
    ADD COLUMN failed_at timestamptz;
DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE sent_at IS NULL AND failed_at IS NULL;
COMMENT ON COLUMN outbox.kind IS 'invitation, password_reset or notice';
COMMENT ON COLUMN outbox.contact_id IS 'To whom: the contact, or in a person''s ledger the person';
COMMENT ON COLUMN outbox.sealed IS 'Address and link, or address and text, encrypted under a key derived from the master key; wiped when the mail is sent or given up';
COMMENT ON COLUMN outbox.attempts IS 'How many attempts have failed';
COMMENT ON COLUMN outbox.next_attempt_at IS 'Not to be tried before; none at first';
COMMENT ON COLUMN outbox.taken_until IS 'A sender has it until then; should it die, another one takes over';
COMMENT ON COLUMN outbox.failed_at IS 'When it was given up';
