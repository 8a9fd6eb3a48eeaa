-- Which leads are about each contact, written in the transaction of the append that changes it:
-- deleting and merging contacts is decided on it. Whatever happened before this table, there were
-- no leads.
CREATE TABLE contact_leads (
    ledger_id  uuid NOT NULL,
    contact_id uuid NOT NULL,
    lead_id    uuid NOT NULL,
    PRIMARY KEY (ledger_id, contact_id, lead_id)
);
COMMENT ON TABLE contact_leads IS 'Which leads are about each contact; replay-tool verify compares it with the events';
COMMENT ON COLUMN contact_leads.ledger_id IS 'The builder account';
COMMENT ON COLUMN contact_leads.contact_id IS 'The contact';
COMMENT ON COLUMN contact_leads.lead_id IS 'The lead';
-- The log's neighbours see the new kind.
COMMENT ON COLUMN postgres_es.events.aggregate_type IS 'contact, job, lead, builder_account or installation';
