-- Files of documents that are published to customers, written with the events that publish and withdraw
-- them.
CREATE TABLE document_files (
    ledger_id    uuid        NOT NULL,
    document_id  uuid        NOT NULL,
    customer_id  uuid        NOT NULL,
    sealed       bytea       NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, document_id)
);
COMMENT ON TABLE document_files IS 'The files of documents that are published now; of one that was withdrawn none is kept. replay-tool verify compares it with the events';
COMMENT ON COLUMN document_files.ledger_id IS 'The builder account';
COMMENT ON COLUMN document_files.document_id IS 'The document';
COMMENT ON COLUMN document_files.customer_id IS 'To whom it is published';
COMMENT ON COLUMN document_files.sealed IS 'A PDF, or a JPEG of at most 1,600 pixels a side, sealed with the customer''s subject key';
COMMENT ON COLUMN document_files.published_at IS 'When it was published';
