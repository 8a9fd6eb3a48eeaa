-- Who looked at portals through links, for the builder's list of links. No events are made of it, and it is
-- forgotten after 90 days.
CREATE TABLE portal_views (
    ledger_id uuid        NOT NULL,
    link_id   uuid        NOT NULL,
    view_id   uuid        NOT NULL,
    viewed_at timestamptz NOT NULL,
    network   text,
    PRIMARY KEY (ledger_id, link_id, view_id)
);
CREATE INDEX portal_views_by_age ON portal_views (viewed_at);
COMMENT ON TABLE portal_views IS 'Looks at portals through links';
COMMENT ON COLUMN portal_views.ledger_id IS 'The builder account';
COMMENT ON COLUMN portal_views.link_id IS 'The link';
COMMENT ON COLUMN portal_views.view_id IS 'The look';
COMMENT ON COLUMN portal_views.viewed_at IS 'When';
COMMENT ON COLUMN portal_views.network IS 'From which network: the address without its last 8 bits, or 80 of IPv6';
