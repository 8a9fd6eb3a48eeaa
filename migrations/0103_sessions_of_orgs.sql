-- Sessions in which somebody works for a subcontractor's company.
ALTER TABLE sessions
    ADD COLUMN org_id uuid,
    ADD COLUMN sub_user_id uuid,
    ADD CHECK ((org_id IS NULL) = (sub_user_id IS NULL)),
    ADD CHECK (org_id IS NULL OR account_id IS NULL);
COMMENT ON COLUMN sessions.account_id IS 'For which account it works; none where it is for the person''s own things or for a subcontractor''s company';
COMMENT ON COLUMN sessions.org_id IS 'For which subcontractor''s company it works; none where it works for none';
COMMENT ON COLUMN sessions.sub_user_id IS 'As which of that company''s users';
