-- Whom a payment is asked of is told by the event that asks for it. No event of this type is recorded yet, so that the
-- index is as it would be made anew.
CREATE OR REPLACE FUNCTION log.speaks_of_somebody(type text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN split_part(type, '.', 1) = ANY (
    '{booking-requested,booking-linked-to-client,series-requested,user-registered,'
    'user-linked-to-client,lead-opened,submission-received,submission-released,submission-confirmed,'
    'message-posted,message-amendment-awaited,scheduled-message-planned,thread-opened,'
    'payment-requested}'
);

-- The book of the practice provider, which is built in: what it was given to take, and what one has played to pay.
-- Nothing of ours is decided by it. See infra/decisions/0072.
CREATE TABLE work.practice_orders (
    token      text    COLLATE "C" NOT NULL PRIMARY KEY,  -- whoever knows it may play who pays
    tenant_id  uuid    NOT NULL,
    payment_id text    COLLATE "C" NOT NULL,
    standing   text    NOT NULL,                          -- how it stands, as JSON
    calls      integer NOT NULL DEFAULT 0,                -- how often the business was called
    UNIQUE (tenant_id, payment_id)
);

ALTER TABLE work.practice_orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_practice_order ON work.practice_orders TO frontdesk_worker USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON work.practice_orders TO frontdesk_worker;
