-- The companies that build for an account, each with its primary contact there, its invitations to jobs and
-- what its people asked for (R71, R82, R83, G8). The organisation's own list of projects is read from here
-- too: nothing else opens a job to it.
CREATE TABLE subcontractors (
    ledger_id        uuid        NOT NULL,
    subcontractor_id uuid        NOT NULL,
    name             text        NOT NULL,
    sort_name        text        NOT NULL COLLATE "C",
    contact_name     text,
    contact_email    text,
    org_id           uuid,
    status           text        NOT NULL,
    stale            bigint      NOT NULL,
    invitations      text        NOT NULL,
    requests         text        NOT NULL,
    version          bigint      NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, subcontractor_id)
);
CREATE INDEX subcontractors_by_name ON subcontractors (ledger_id, sort_name, subcontractor_id);
COMMENT ON TABLE subcontractors IS 'Read model: the subcontractors of a builder account';
COMMENT ON COLUMN subcontractors.ledger_id IS 'The builder account';
COMMENT ON COLUMN subcontractors.subcontractor_id IS 'The subcontractor, which is this account''s relation to a company';
COMMENT ON COLUMN subcontractors.name IS 'What the account calls the company';
COMMENT ON COLUMN subcontractors.sort_name IS 'Normalised for sorting';
COMMENT ON COLUMN subcontractors.contact_name IS 'The primary contact''s name; none when they have been erased';
COMMENT ON COLUMN subcontractors.contact_email IS 'Where invitations go; none when they have been erased';
COMMENT ON COLUMN subcontractors.org_id IS 'The organisation that accepted, told to no builder; none before';
COMMENT ON COLUMN subcontractors.status IS 'not_invited, invited or accepted';
COMMENT ON COLUMN subcontractors.stale IS 'How many invitations must be sent again to the new primary contact (R83)';
COMMENT ON COLUMN subcontractors.invitations IS 'Its invitations to jobs in the order in which they came, as JSON: job, stage, when';
COMMENT ON COLUMN subcontractors.requests IS 'What its users asked for (R82), as JSON: who should be primary contact, when, what became of it';
COMMENT ON COLUMN subcontractors.version IS 'Sequence of its last event';
COMMENT ON COLUMN subcontractors.created_at IS 'When it was added';
COMMENT ON COLUMN subcontractors.updated_at IS 'When it last changed';

CREATE TABLE subcontractors_words (
    ledger_id        uuid NOT NULL,
    subcontractor_id uuid NOT NULL,
    word             text NOT NULL COLLATE "C",
    PRIMARY KEY (ledger_id, word, subcontractor_id)
);
COMMENT ON TABLE subcontractors_words IS 'Read model: the words by which a subcontractor is found';
COMMENT ON COLUMN subcontractors_words.ledger_id IS 'The builder account';
COMMENT ON COLUMN subcontractors_words.subcontractor_id IS 'The subcontractor';
COMMENT ON COLUMN subcontractors_words.word IS 'A normalised word of its name or its primary contact''s';

CREATE TABLE subcontractors_jobs (
    ledger_id        uuid NOT NULL,
    subcontractor_id uuid NOT NULL,
    job_id           uuid NOT NULL,
    PRIMARY KEY (ledger_id, job_id, subcontractor_id)
);
COMMENT ON TABLE subcontractors_jobs IS 'Read model: which subcontractors were ever invited to a job';
COMMENT ON COLUMN subcontractors_jobs.ledger_id IS 'The builder account';
COMMENT ON COLUMN subcontractors_jobs.subcontractor_id IS 'The subcontractor';
COMMENT ON COLUMN subcontractors_jobs.job_id IS 'The job';
