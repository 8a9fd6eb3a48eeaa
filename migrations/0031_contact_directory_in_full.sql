-- The contacts list with title, portal permissions, and who was deleted or merged.
ALTER TABLE contact_directory ADD COLUMN title text;
ALTER TABLE contact_directory ADD COLUMN permissions text[] NOT NULL DEFAULT '{}';
ALTER TABLE contact_directory ADD COLUMN life text NOT NULL DEFAULT 'live';
ALTER TABLE contact_directory ADD COLUMN merged_into uuid;
COMMENT ON COLUMN contact_directory.title IS 'Honorific, as typed';
COMMENT ON COLUMN contact_directory.permissions IS 'What it may do in the customer portal';
COMMENT ON COLUMN contact_directory.life IS 'live, deleted or merged';
COMMENT ON COLUMN contact_directory.merged_into IS 'The contact that stands for it';
-- The view is folded anew by the server that applies this.
TRUNCATE contact_directory, contact_directory_words;
UPDATE view_checkpoints
   SET position = 0, parked_position = NULL, parked_cause = NULL, parked_at = NULL
 WHERE view = 'contact_directory';
