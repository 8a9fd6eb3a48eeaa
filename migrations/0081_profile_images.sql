-- Profile images of contacts, written with the events that set and remove them.
CREATE TABLE profile_images (
    ledger_id  uuid        NOT NULL,
    contact_id uuid        NOT NULL,
    image_id   uuid        NOT NULL,
    sealed     bytea       NOT NULL,
    set_at     timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, contact_id)
);
COMMENT ON TABLE profile_images IS 'The one profile image of a contact; an earlier one is gone';
COMMENT ON COLUMN profile_images.ledger_id IS 'The builder account';
COMMENT ON COLUMN profile_images.contact_id IS 'Whose image';
COMMENT ON COLUMN profile_images.image_id IS 'The id that events name';
COMMENT ON COLUMN profile_images.sealed IS 'A JPEG of at most 512 pixels a side, sealed with the contact''s subject key';
COMMENT ON COLUMN profile_images.set_at IS 'When its owner set it';

-- The contacts list with which image a contact has.
ALTER TABLE contact_directory ADD COLUMN image_id uuid;
COMMENT ON COLUMN contact_directory.image_id IS 'The profile image that its owner set';
-- The view is folded anew by the server that applies this.
TRUNCATE contact_directory, contact_directory_words;
UPDATE view_checkpoints
   SET position = 0, parked_position = NULL, parked_cause = NULL, parked_at = NULL
 WHERE view = 'contact_directory';
