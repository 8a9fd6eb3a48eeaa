-- A refused attempt says through whose eyes somebody looked.
ALTER TABLE refused_attempts ADD COLUMN acting_as uuid;
COMMENT ON COLUMN refused_attempts.acting_as IS 'As whom';
