-- Documents that are published to customers (R117, R118). Every query names the customer.
CREATE TABLE documents (
    ledger_id    uuid        NOT NULL,
    document_id  uuid        NOT NULL,
    customer_id  uuid        NOT NULL,
    kind         text        NOT NULL,
    title        text,
    day          text        NOT NULL,
    says         text,
    format       text        NOT NULL,
    bytes        bigint      NOT NULL,
    withdrawn    boolean     NOT NULL,
    position     bigint      NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, document_id)
);
CREATE INDEX documents_by_customer ON documents (ledger_id, customer_id, position)
    WHERE NOT withdrawn;
COMMENT ON TABLE documents IS 'Read model: documents of customers';
COMMENT ON COLUMN documents.ledger_id IS 'The builder account';
COMMENT ON COLUMN documents.document_id IS 'The document';
COMMENT ON COLUMN documents.customer_id IS 'To whom it is published';
COMMENT ON COLUMN documents.kind IS 'billing or report';
COMMENT ON COLUMN documents.title IS 'What it is called; none when it was withdrawn, or the customer has been erased';
COMMENT ON COLUMN documents.day IS 'The day that it bears, as 2026-05-31';
COMMENT ON COLUMN documents.says IS 'What the builder says of it; none when it was withdrawn, or the customer has been erased';
COMMENT ON COLUMN documents.format IS 'pdf or jpeg';
COMMENT ON COLUMN documents.bytes IS 'How many bytes its file has';
COMMENT ON COLUMN documents.withdrawn IS 'Whether it was taken back';
COMMENT ON COLUMN documents.position IS 'Where the ledger has it; the order of lists';
COMMENT ON COLUMN documents.published_at IS 'When it was published';
