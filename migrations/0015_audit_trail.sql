-- Who did what, when: one row per event and thing that it is about. The values before and after
-- are not here; they are read from the ledger itself, so that they are true and can be erased.
CREATE TABLE audit_trail (
    ledger_id   uuid        NOT NULL,
    position    bigint      NOT NULL,
    subject_id  uuid        NOT NULL,
    own         boolean     NOT NULL,
    event_type  text        NOT NULL,
    actor_kind  text        NOT NULL,
    actor_id    uuid,
    acting_as   uuid,
    channel     text        NOT NULL,
    fields      text[]      NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, position, subject_id)
);
CREATE INDEX audit_trail_by_subject ON audit_trail (ledger_id, subject_id, position);
CREATE INDEX audit_trail_by_actor ON audit_trail (ledger_id, actor_id, position);
COMMENT ON TABLE audit_trail IS 'Read model: who did what and when, by thing, actor, field and time';
COMMENT ON COLUMN audit_trail.ledger_id IS 'The builder account';
COMMENT ON COLUMN audit_trail.position IS 'The event';
COMMENT ON COLUMN audit_trail.subject_id IS 'A contact, job or account that the event is about';
COMMENT ON COLUMN audit_trail.own IS 'Whether the event is an event of that thing itself';
COMMENT ON COLUMN audit_trail.event_type IS 'What happened';
COMMENT ON COLUMN audit_trail.actor_kind IS 'Who, by kind';
COMMENT ON COLUMN audit_trail.actor_id IS 'Who';
COMMENT ON COLUMN audit_trail.acting_as IS 'As whom';
COMMENT ON COLUMN audit_trail.channel IS 'By which way in';
COMMENT ON COLUMN audit_trail.fields IS 'Which fields changed';
COMMENT ON COLUMN audit_trail.recorded_at IS 'When';
