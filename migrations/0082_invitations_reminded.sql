-- The invitations with whether the invitee was reminded, for the clock and the list.
ALTER TABLE invitations ADD COLUMN reminded_at timestamptz;
COMMENT ON COLUMN invitations.reminded_at IS 'When whoever had not answered was reminded';
-- The view is folded anew by the server that applies this.
TRUNCATE invitations;
UPDATE view_checkpoints
   SET position = 0, parked_position = NULL, parked_cause = NULL, parked_at = NULL
 WHERE view = 'invitations';
