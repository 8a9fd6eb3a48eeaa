-- The customers list: households and companies, and the words of their names. Who belongs to them, the
-- contacts list knows.
CREATE TABLE customers (
    ledger_id   uuid        NOT NULL,
    customer_id uuid        NOT NULL,
    name        text        NOT NULL,
    sort_name   text        NOT NULL COLLATE "C",
    version     bigint      NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, customer_id)
);
CREATE INDEX customers_by_name ON customers (ledger_id, sort_name, customer_id);
COMMENT ON TABLE customers IS 'Read model: the customers of a builder account';
COMMENT ON COLUMN customers.ledger_id IS 'The builder account';
COMMENT ON COLUMN customers.customer_id IS 'The customer';
COMMENT ON COLUMN customers.name IS 'What it is called, as typed';
COMMENT ON COLUMN customers.sort_name IS 'Normalised for sorting';
COMMENT ON COLUMN customers.version IS 'Sequence of the customer''s last event';
COMMENT ON COLUMN customers.created_at IS 'When it was noted';
COMMENT ON COLUMN customers.updated_at IS 'When it last changed';

CREATE TABLE customers_words (
    ledger_id   uuid NOT NULL,
    customer_id uuid NOT NULL,
    word        text NOT NULL COLLATE "C",
    PRIMARY KEY (ledger_id, word, customer_id)
);
COMMENT ON TABLE customers_words IS 'Read model: the words by which a customer is found';
COMMENT ON COLUMN customers_words.ledger_id IS 'The builder account';
COMMENT ON COLUMN customers_words.customer_id IS 'The customer';
COMMENT ON COLUMN customers_words.word IS 'A normalised word of its name';
-- The log's neighbours see the new kind.
COMMENT ON COLUMN postgres_es.events.aggregate_type IS 'contact, job, lead, customer, builder_account or installation';
