-- The links to each job's portal, open and ended. Who issued them, and when, is not here; it is read from
-- the ledger itself, so that it is true and can be erased.
CREATE TABLE portal_links (
    ledger_id uuid NOT NULL,
    job_id    uuid NOT NULL,
    links     text NOT NULL,
    PRIMARY KEY (ledger_id, job_id)
);
COMMENT ON TABLE portal_links IS 'Read model: the links to jobs'' portals';
COMMENT ON COLUMN portal_links.ledger_id IS 'The builder account';
COMMENT ON COLUMN portal_links.job_id IS 'The job';
COMMENT ON COLUMN portal_links.links IS 'Its links in the order in which they came, as JSON: name, whose, until when, how they ended';
