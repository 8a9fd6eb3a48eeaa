-- Work orders: what members of customers ask the builder to do (R119). A member's query names the
-- customer; a query without one is the builder's.
CREATE TABLE work_orders (
    ledger_id       uuid        NOT NULL,
    work_order_id   uuid        NOT NULL,
    customer_id     uuid        NOT NULL,
    contact_id      uuid        NOT NULL,
    title           text,
    says            text,
    asked_job_id    uuid,
    stage           text        NOT NULL,
    job_id          uuid,
    task_id         uuid,
    declined_reason text,
    position        bigint      NOT NULL,
    version         bigint      NOT NULL,
    filed_at        timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    PRIMARY KEY (ledger_id, work_order_id)
);
CREATE INDEX work_orders_by_stage ON work_orders (ledger_id, stage, position);
CREATE INDEX work_orders_by_customer ON work_orders (ledger_id, customer_id, position);
COMMENT ON TABLE work_orders IS 'Read model: work orders';
COMMENT ON COLUMN work_orders.ledger_id IS 'The builder account';
COMMENT ON COLUMN work_orders.work_order_id IS 'The work order';
COMMENT ON COLUMN work_orders.customer_id IS 'The customer';
COMMENT ON COLUMN work_orders.contact_id IS 'Who filed it';
COMMENT ON COLUMN work_orders.title IS 'What is to be done, in a few words; none when the person has been erased';
COMMENT ON COLUMN work_orders.says IS 'What is to be done; none when the person has been erased';
COMMENT ON COLUMN work_orders.asked_job_id IS 'The job that it was filed about';
COMMENT ON COLUMN work_orders.stage IS 'open, task or declined';
COMMENT ON COLUMN work_orders.job_id IS 'The job whose task it is';
COMMENT ON COLUMN work_orders.task_id IS 'The task';
COMMENT ON COLUMN work_orders.declined_reason IS 'Why it was declined; none when the person has been erased';
COMMENT ON COLUMN work_orders.position IS 'Where the ledger has it; the order of lists';
COMMENT ON COLUMN work_orders.version IS 'How many events it has had';
COMMENT ON COLUMN work_orders.filed_at IS 'When it was filed';
COMMENT ON COLUMN work_orders.updated_at IS 'When it last changed';
