-- The contacts list is filtered by the normal form of the primary email, so that an address is
-- found however it was typed, and at the cost of what is found.
ALTER TABLE contact_directory ADD COLUMN email_key text COLLATE "C";
COMMENT ON COLUMN contact_directory.email_key IS 'Normal form of the primary email';
CREATE INDEX contact_directory_by_email 
    ON contact_directory (ledger_id, email_key, sort_name, contact_id);
-- The view is folded anew by the server that applies this.
TRUNCATE contact_directory, contact_directory_words;
UPDATE view_checkpoints
   SET position = 0, parked_position = NULL, parked_cause = NULL, parked_at = NULL
 WHERE view = 'contact_directory';
