-- The log in the shape of the stock crate postgres-es, for programs that are used to it: its
-- unmodified repository reads the table `events`, so give its connection the search_path
-- postgres_es. All ledgers are in it, as they are in the database: it is for operators. What is
-- personal stays sealed.
CREATE SCHEMA postgres_es;
COMMENT ON SCHEMA postgres_es IS 'The log as neighbours read it; nothing is kept here';
-- Two items in FROM: so nobody writes through the view, not even by deleting.
CREATE VIEW postgres_es.events AS
SELECT e.event ->> 'kind'                                      AS aggregate_type,
       e.aggregate_id::text                                    AS aggregate_id,
       e.sequence                                              AS sequence,
       e.event_type                                            AS event_type,
       e.event ->> 'version'                                   AS event_version,
       json_build_object(e.event_type, e.event -> 'payload')   AS payload,
       rest.metadata                                           AS metadata
  FROM events e
 CROSS JOIN LATERAL (
       SELECT json_object_agg(field.key, field.value) AS metadata
         FROM json_each_text(e.event) AS field
        WHERE field.key NOT IN ('kind', 'aggregate', 'sequence', 'type', 'version', 'payload')
       ) AS rest;
COMMENT ON VIEW postgres_es.events IS 'Every event in the shape of stock postgres-es. Read only; a question for one aggregate scans the log';
COMMENT ON COLUMN postgres_es.events.aggregate_type IS 'contact, job, builder_account or installation';
COMMENT ON COLUMN postgres_es.events.aggregate_id IS 'What it happened to';
COMMENT ON COLUMN postgres_es.events.sequence IS '1, 2, 3 ... within the aggregate';
COMMENT ON COLUMN postgres_es.events.event_type IS 'Its stored type, such as contact.created';
COMMENT ON COLUMN postgres_es.events.event_version IS 'The version of its shape';
COMMENT ON COLUMN postgres_es.events.payload IS 'Its own fields, under its stored type as the one key; personal values are sealed';
COMMENT ON COLUMN postgres_es.events.metadata IS 'The rest of the event as texts: ledger, position, event, at, actor, channel and so on';
