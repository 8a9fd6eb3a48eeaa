-- To-Dos and messages, each between the builder and one owner of a job (R63). Whoever asks for an
-- owner's names the contact and the links that are theirs; a query without them is the builder's.
CREATE TABLE owner_items (
    ledger_id  uuid        NOT NULL,
    item_id    uuid        NOT NULL,
    job_id     uuid        NOT NULL,
    contact_id uuid        NOT NULL,
    link       bigint      NOT NULL,
    kind       text        NOT NULL,
    author     text        NOT NULL,
    says       text,
    due        text,
    done       boolean     NOT NULL,
    position   bigint      NOT NULL,
    version    bigint      NOT NULL,
    made_at    timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, item_id)
);
CREATE INDEX owner_items_by_job ON owner_items (ledger_id, job_id, kind, position);
CREATE INDEX owner_items_by_contact ON owner_items (ledger_id, job_id, contact_id, kind, position);
COMMENT ON TABLE owner_items IS 'Read model: To-Dos and messages';
COMMENT ON COLUMN owner_items.ledger_id IS 'The builder account';
COMMENT ON COLUMN owner_items.item_id IS 'The To-Do or message';
COMMENT ON COLUMN owner_items.job_id IS 'The job that it is about';
COMMENT ON COLUMN owner_items.contact_id IS 'The owner whose it is';
COMMENT ON COLUMN owner_items.link IS 'Which of the persons that the contact was linked to it is for: 1, 2, 3';
COMMENT ON COLUMN owner_items.kind IS 'todo or message';
COMMENT ON COLUMN owner_items.author IS 'builder or owner';
COMMENT ON COLUMN owner_items.says IS 'What is to be done, or the message; none when the person has been erased';
COMMENT ON COLUMN owner_items.due IS 'The day by which a To-Do is to be done';
COMMENT ON COLUMN owner_items.done IS 'Whether a To-Do is done';
COMMENT ON COLUMN owner_items.position IS 'Where the ledger has it; the order of lists';
COMMENT ON COLUMN owner_items.version IS 'How many events it has had';
COMMENT ON COLUMN owner_items.made_at IS 'When it was made';
COMMENT ON COLUMN owner_items.updated_at IS 'When it last changed';
