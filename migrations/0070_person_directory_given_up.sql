-- A person's id is told from the address that they registered with. Who gave an address up keeps that
-- id; whoever registers with the address afterwards gets the next one.
ALTER TABLE person_directory ADD COLUMN given_up integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN person_directory.given_up IS 'How many persons whose ids are told from this address have given it up; the next one''s id is told from the address and this number';
