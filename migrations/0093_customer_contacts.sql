-- Which contacts belong to each customer, written in the transaction of the append that changes it: who
-- is the last admin of a customer is decided on it. Whatever happened before this table, there were no
-- customers.
CREATE TABLE customer_contacts (
    ledger_id   uuid NOT NULL,
    customer_id uuid NOT NULL,
    contact_id  uuid NOT NULL,
    PRIMARY KEY (ledger_id, customer_id, contact_id)
);
COMMENT ON TABLE customer_contacts IS 'Which contacts belong to each customer, deleted and merged ones too; replay-tool verify compares it with the events';
COMMENT ON COLUMN customer_contacts.ledger_id IS 'The builder account';
COMMENT ON COLUMN customer_contacts.customer_id IS 'The customer';
COMMENT ON COLUMN customer_contacts.contact_id IS 'The contact';
