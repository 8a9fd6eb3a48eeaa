-- The leads list (R46, R47). Rows, and the words of their titles; contacts are joined where it is
-- read.
CREATE TABLE lead_view (
    ledger_id   uuid        NOT NULL,
    lead_id     uuid        NOT NULL,
    title       text        NOT NULL,
    sort_title  text        NOT NULL COLLATE "C",
    contact_id  uuid,
    stage       text        NOT NULL,
    job_id      uuid,
    lost_reason text,
    version     bigint      NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, lead_id)
);
CREATE INDEX lead_view_by_title ON lead_view (ledger_id, sort_title, lead_id);
CREATE INDEX lead_view_by_creation ON lead_view (ledger_id, created_at, lead_id);
CREATE INDEX lead_view_by_contact ON lead_view (ledger_id, contact_id, lead_id);
COMMENT ON TABLE lead_view IS 'Read model: the leads of a builder account';
COMMENT ON COLUMN lead_view.ledger_id IS 'The builder account';
COMMENT ON COLUMN lead_view.lead_id IS 'The lead';
COMMENT ON COLUMN lead_view.title IS 'What it is about, as typed';
COMMENT ON COLUMN lead_view.sort_title IS 'Normalised for sorting';
COMMENT ON COLUMN lead_view.contact_id IS 'Whom it is about; what is said of them is joined where the list is read';
COMMENT ON COLUMN lead_view.stage IS 'open, won or lost';
COMMENT ON COLUMN lead_view.job_id IS 'The job that it became';
COMMENT ON COLUMN lead_view.lost_reason IS 'Why it was given up';
COMMENT ON COLUMN lead_view.version IS 'Sequence of the lead''s last event';
COMMENT ON COLUMN lead_view.created_at IS 'When it was written down';
COMMENT ON COLUMN lead_view.updated_at IS 'When it last changed';

CREATE TABLE lead_view_words (
    ledger_id uuid NOT NULL,
    lead_id   uuid NOT NULL,
    word      text NOT NULL COLLATE "C",
    PRIMARY KEY (ledger_id, word, lead_id)
);
COMMENT ON TABLE lead_view_words IS 'Read model: the words by which a lead is found';
COMMENT ON COLUMN lead_view_words.ledger_id IS 'The builder account';
COMMENT ON COLUMN lead_view_words.lead_id IS 'The lead';
COMMENT ON COLUMN lead_view_words.word IS 'A normalised word of its title';
