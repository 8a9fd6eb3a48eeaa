-- The contacts list with what the builder keeps of contacts in fields of its own.
ALTER TABLE contact_directory ADD COLUMN custom_fields text NOT NULL DEFAULT '{}';
COMMENT ON COLUMN contact_directory.custom_fields IS 'Values with their kinds by the names of the fields, as JSON; of fields that have left the account too, which answers do not show';
-- The view is folded anew by the server that applies this.
TRUNCATE contact_directory, contact_directory_words;
UPDATE view_checkpoints
   SET position = 0, parked_position = NULL, parked_cause = NULL, parked_at = NULL
 WHERE view = 'contact_directory';
