-- The contacts list: name, phone, email, status.
CREATE TABLE contact_directory (
    ledger_id         uuid        NOT NULL,
    contact_id        uuid        NOT NULL,
    name              text        NOT NULL,
    sort_name         text        NOT NULL COLLATE "C",
    primary_email     text,
    additional_emails text[]      NOT NULL,
    phones            text[]      NOT NULL,
    address           text,
    access            text        NOT NULL,
    resume            text        NOT NULL,
    claimed           boolean     NOT NULL,
    version           bigint      NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, contact_id)
);
CREATE INDEX contact_directory_by_name ON contact_directory (ledger_id, sort_name, contact_id);
COMMENT ON TABLE contact_directory IS 'Read model: the contacts of a builder account. Plain values; rebuilt when a person is erased';
COMMENT ON COLUMN contact_directory.ledger_id IS 'The builder account';
COMMENT ON COLUMN contact_directory.contact_id IS 'The contact';
COMMENT ON COLUMN contact_directory.name IS 'As shown';
COMMENT ON COLUMN contact_directory.sort_name IS 'Normalised for sorting';
COMMENT ON COLUMN contact_directory.primary_email IS 'As typed';
COMMENT ON COLUMN contact_directory.additional_emails IS 'As typed';
COMMENT ON COLUMN contact_directory.phones IS 'As typed';
COMMENT ON COLUMN contact_directory.address IS 'As typed';
COMMENT ON COLUMN contact_directory.access IS 'not_invited, pending, active, disabled or deactivated';
COMMENT ON COLUMN contact_directory.resume IS 'What access becomes when an invitation ends or the contact is enabled again';
COMMENT ON COLUMN contact_directory.claimed IS 'Whether it holds the claim to its primary email';
COMMENT ON COLUMN contact_directory.version IS 'Sequence of the contact''s last event';
COMMENT ON COLUMN contact_directory.created_at IS 'When it was created';
COMMENT ON COLUMN contact_directory.updated_at IS 'When it last changed';

CREATE TABLE contact_directory_words (
    ledger_id  uuid NOT NULL,
    contact_id uuid NOT NULL,
    word       text NOT NULL COLLATE "C",
    PRIMARY KEY (ledger_id, contact_id, word)
);
CREATE INDEX contact_directory_words_by_word
    ON contact_directory_words (ledger_id, word, contact_id);
COMMENT ON TABLE contact_directory_words IS 'Read model: the words by which a contact is found';
COMMENT ON COLUMN contact_directory_words.ledger_id IS 'The builder account';
COMMENT ON COLUMN contact_directory_words.contact_id IS 'The contact';
COMMENT ON COLUMN contact_directory_words.word IS 'A normalised word of its name, an email, or the digits of a phone';
