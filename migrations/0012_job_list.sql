-- The jobs list (R53, R54). Rows, and two indexes of them: by owner and by word.
CREATE TABLE job_list (
    ledger_id  uuid        NOT NULL,
    job_id     uuid        NOT NULL,
    name       text        NOT NULL,
    sort_name  text        NOT NULL COLLATE "C",
    reference  text,
    site       text,
    owners     uuid[]      NOT NULL,
    version    bigint      NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, job_id)
);
CREATE INDEX job_list_by_name ON job_list (ledger_id, sort_name, job_id);
CREATE INDEX job_list_by_creation ON job_list (ledger_id, created_at, job_id);
COMMENT ON TABLE job_list IS 'Read model: the jobs of a builder account';
COMMENT ON COLUMN job_list.ledger_id IS 'The builder account';
COMMENT ON COLUMN job_list.job_id IS 'The job';
COMMENT ON COLUMN job_list.name IS 'As shown';
COMMENT ON COLUMN job_list.sort_name IS 'Normalised for sorting';
COMMENT ON COLUMN job_list.reference IS 'The builder''s own reference';
COMMENT ON COLUMN job_list.site IS 'Where is built';
COMMENT ON COLUMN job_list.owners IS 'The owners'' contacts; their names are joined where the list is read';
COMMENT ON COLUMN job_list.version IS 'Sequence of the job''s last event';
COMMENT ON COLUMN job_list.created_at IS 'When the job was opened';
COMMENT ON COLUMN job_list.updated_at IS 'When it last changed';

CREATE TABLE job_list_owners (
    ledger_id  uuid NOT NULL,
    job_id     uuid NOT NULL,
    contact_id uuid NOT NULL,
    PRIMARY KEY (ledger_id, job_id, contact_id)
);
CREATE INDEX job_list_owners_by_contact ON job_list_owners (ledger_id, contact_id, job_id);
COMMENT ON TABLE job_list_owners IS 'Read model: the jobs of each owner, for the filter by owner';
COMMENT ON COLUMN job_list_owners.ledger_id IS 'The builder account';
COMMENT ON COLUMN job_list_owners.job_id IS 'The job';
COMMENT ON COLUMN job_list_owners.contact_id IS 'The owner''s contact';

CREATE TABLE job_list_words (
    ledger_id uuid NOT NULL,
    job_id    uuid NOT NULL,
    word      text NOT NULL COLLATE "C",
    PRIMARY KEY (ledger_id, job_id, word)
);
CREATE INDEX job_list_words_by_word ON job_list_words (ledger_id, word, job_id);
COMMENT ON TABLE job_list_words IS 'Read model: the words by which a job is found';
COMMENT ON COLUMN job_list_words.ledger_id IS 'The builder account';
COMMENT ON COLUMN job_list_words.job_id IS 'The job';
COMMENT ON COLUMN job_list_words.word IS 'A normalised word of its name, reference or site';
