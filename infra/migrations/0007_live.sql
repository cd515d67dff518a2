-- Bookings made in each minute of the last two hours, as workers counted them by way of Kafka: each
-- partition by itself. A count only grows; who comes with a lower one is late.
CREATE TABLE work.live_bookings (
    tenant_id uuid        NOT NULL,
    minute    timestamptz NOT NULL,
    partition integer     NOT NULL,
    bookings  integer     NOT NULL,
    PRIMARY KEY (tenant_id, minute, partition)
);
ALTER TABLE work.live_bookings ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_live_bookings ON work.live_bookings FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY all_live_bookings ON work.live_bookings TO frontdesk_worker USING (true);
GRANT SELECT ON work.live_bookings TO frontdesk_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON work.live_bookings TO frontdesk_worker;
