-- What the builder sees of one job beside its row in the list. The parts of a job are few and are
-- read and written together, so they stand in its row.
CREATE TABLE job_detail (
    ledger_id     uuid   NOT NULL,
    job_id        uuid   NOT NULL,
    job_type      text,
    template_id   uuid,
    template_name text,
    deadline      text,
    tasks         text   NOT NULL,
    milestones    text   NOT NULL,
    budget        text   NOT NULL,
    notes         text   NOT NULL,
    version       bigint NOT NULL,
    PRIMARY KEY (ledger_id, job_id)
);
COMMENT ON TABLE job_detail IS 'Read model: a job with its tasks, milestones, budget and notes, for the builder';
COMMENT ON COLUMN job_detail.ledger_id IS 'The builder account';
COMMENT ON COLUMN job_detail.job_id IS 'The job';
COMMENT ON COLUMN job_detail.job_type IS 'Its type';
COMMENT ON COLUMN job_detail.template_id IS 'The template that it was made from';
COMMENT ON COLUMN job_detail.template_name IS 'What the template was called then';
COMMENT ON COLUMN job_detail.deadline IS 'The day by which it is to be finished';
COMMENT ON COLUMN job_detail.tasks IS 'Its tasks, as JSON';
COMMENT ON COLUMN job_detail.milestones IS 'Its milestones, as JSON';
COMMENT ON COLUMN job_detail.budget IS 'The lines of its budget, as JSON';
COMMENT ON COLUMN job_detail.notes IS 'Its internal notes, as JSON';
COMMENT ON COLUMN job_detail.version IS 'Sequence of the job''s last event';
