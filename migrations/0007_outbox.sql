-- Mail that waits to be sent; written in the transaction of the append that orders it.
CREATE TABLE outbox (
    ledger_id  uuid        NOT NULL,
    mail_id    uuid        NOT NULL,
    kind       text        NOT NULL,
    contact_id uuid        NOT NULL,
    position   bigint      NOT NULL,
    sealed     bytea,
    created_at timestamptz NOT NULL,
    sent_at    timestamptz,
    PRIMARY KEY (ledger_id, mail_id)
);
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE sent_at IS NULL;
COMMENT ON TABLE outbox IS 'Outgoing mail';
COMMENT ON COLUMN outbox.ledger_id IS 'The ledger whose event ordered the mail';
COMMENT ON COLUMN outbox.mail_id IS 'The mail; its Message-ID is made of it';
COMMENT ON COLUMN outbox.kind IS 'invitation';
COMMENT ON COLUMN outbox.contact_id IS 'To whom';
COMMENT ON COLUMN outbox.position IS 'The event that ordered it';
COMMENT ON COLUMN outbox.sealed IS 'Address and link, encrypted under a key derived from the master key; wiped when the mail is sent';
COMMENT ON COLUMN outbox.created_at IS 'When it was ordered';
COMMENT ON COLUMN outbox.sent_at IS 'When the mail server took it';
