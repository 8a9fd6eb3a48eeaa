-- For the clock, which ends invitations that nobody answered in time.
CREATE INDEX invitations_pending ON invitations (expires_at) WHERE status = 'pending';
