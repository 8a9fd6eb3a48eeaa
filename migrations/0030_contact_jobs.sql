-- Which jobs each contact is an owner of, written in the transaction of the append that changes it:
-- deleting and merging contacts is decided on it.
CREATE TABLE contact_jobs (
    ledger_id  uuid NOT NULL,
    contact_id uuid NOT NULL,
    job_id     uuid NOT NULL,
    PRIMARY KEY (ledger_id, contact_id, job_id)
);
COMMENT ON TABLE contact_jobs IS 'Which jobs each contact is an owner of; replay-tool verify compares it with the events';
COMMENT ON COLUMN contact_jobs.ledger_id IS 'The builder account';
COMMENT ON COLUMN contact_jobs.contact_id IS 'The owner';
COMMENT ON COLUMN contact_jobs.job_id IS 'The job';
INSERT INTO contact_jobs (ledger_id, contact_id, job_id)
SELECT last.ledger_id, last.contact_id, last.aggregate_id
  FROM (SELECT DISTINCT ON (e.ledger_id, e.aggregate_id, e.event -> 'payload' ->> 'contact')
               e.ledger_id, e.aggregate_id, e.event_type,
               (e.event -> 'payload' ->> 'contact')::uuid AS contact_id
          FROM events e
         WHERE e.event_type IN ('job.owner_added', 'job.owner_removed')
         ORDER BY e.ledger_id, e.aggregate_id, e.event -> 'payload' ->> 'contact', e.position DESC
       ) AS last
 WHERE last.event_type = 'job.owner_added';
