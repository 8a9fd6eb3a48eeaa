-- The contacts list knows each contact's customer.
ALTER TABLE contact_directory ADD COLUMN customer_id uuid;
CREATE INDEX contact_directory_by_customer
    ON contact_directory (ledger_id, customer_id, sort_name, contact_id)
 WHERE customer_id IS NOT NULL;
COMMENT ON COLUMN contact_directory.customer_id IS 'The customer that it belongs to';
-- The view is folded anew by the server that applies this.
TRUNCATE contact_directory, contact_directory_words;
UPDATE view_checkpoints
   SET position = 0, parked_position = NULL, parked_cause = NULL, parked_at = NULL
 WHERE view = 'contact_directory';
