-- What customers may see of a job (R91 to R95). What they may not see (R96 to R99) has no column
-- here: no budget, no notes, no staff or subcontractors, and no title of a task that is not an
-- owner's.
CREATE TABLE owner_portal (
    ledger_id  uuid   NOT NULL,
    job_id     uuid   NOT NULL,
    name       text   NOT NULL,
    percent    bigint,
    deadline   text,
    sections   text   NOT NULL,
    milestones text   NOT NULL,
    tasks      text   NOT NULL,
    PRIMARY KEY (ledger_id, job_id)
);
COMMENT ON TABLE owner_portal IS 'Read model: what customers may see of a job';
COMMENT ON COLUMN owner_portal.ledger_id IS 'The builder account';
COMMENT ON COLUMN owner_portal.job_id IS 'The job';
COMMENT ON COLUMN owner_portal.name IS 'As shown';
COMMENT ON COLUMN owner_portal.percent IS 'How much of it is done; none while it has no tasks';
COMMENT ON COLUMN owner_portal.deadline IS 'The day by which it is to be finished';
COMMENT ON COLUMN owner_portal.sections IS 'How much of each phase is done, as JSON';
COMMENT ON COLUMN owner_portal.milestones IS 'Its milestones, as JSON';
COMMENT ON COLUMN owner_portal.tasks IS 'Phase and state of each task, and of those for an owner what they ask, as JSON';
