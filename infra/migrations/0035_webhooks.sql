-- What is sent to whom, of what happened: ids only. What is said is made of the log when it is sent, so that
-- what was erased meanwhile is not. See infra/decisions/0056.

-- Where each business has others told, as far as the log was followed.
CREATE TABLE work.webhooks (
    id            text        COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id     uuid        NOT NULL,
    types         text[]      COLLATE "C" NOT NULL,
    areas         text[]      COLLATE "C" NOT NULL,
    active        boolean     NOT NULL,               -- or paused, or stopped: what is to be sent waits
    in_use        boolean     NOT NULL DEFAULT true,
    slow          boolean     NOT NULL DEFAULT true,  -- until it has answered in time
    failing_since timestamptz
);
CREATE INDEX webhooks_of_tenant ON work.webhooks (tenant_id) WHERE in_use;

CREATE TABLE work.webhook_deliveries (
    endpoint_id  text        COLLATE "C" NOT NULL REFERENCES work.webhooks ON DELETE CASCADE,
    position     bigint      NOT NULL,                -- of the event in its tenant's log
    mark         text        COLLATE "C" NOT NULL,    -- and what is there
    tenant_id    uuid        NOT NULL,
    type         text        COLLATE "C" NOT NULL,
    entity       text        COLLATE "C" NOT NULL,    -- whose later events wait for its earlier
    sequence     integer     NOT NULL,
    state        text        COLLATE "C" NOT NULL DEFAULT 'pending',
    attempts     integer     NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL,
    attempted_at timestamptz,
    status       integer,                             -- what was answered
    failure      text        COLLATE "C",             -- or why nothing was
    seconds      real,
    tried        jsonb       NOT NULL DEFAULT '[]',   -- each attempt: when, and what came of it
    settled_at   timestamptz,
    PRIMARY KEY (endpoint_id, position),
    CONSTRAINT webhook_deliveries_state CHECK (
        state IN ('pending', 'succeeded', 'exhausted', 'untold')
    )
) WITH (fillfactor = 85);

CREATE INDEX webhook_deliveries_due ON work.webhook_deliveries (endpoint_id, next_at, position)
    WHERE state = 'pending';
CREATE INDEX webhook_deliveries_in_order ON work.webhook_deliveries (endpoint_id, entity, position)
    WHERE state = 'pending';
CREATE INDEX webhook_deliveries_settled ON work.webhook_deliveries (settled_at)
    WHERE settled_at IS NOT NULL;

ALTER TABLE work.webhooks ENABLE ROW LEVEL SECURITY;
ALTER TABLE work.webhook_deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_webhooks ON work.webhooks FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY own_deliveries ON work.webhook_deliveries FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY every_webhook ON work.webhooks TO frontdesk_worker USING (true);
CREATE POLICY every_delivery ON work.webhook_deliveries TO frontdesk_worker USING (true);
GRANT SELECT ON work.webhooks, work.webhook_deliveries TO frontdesk_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON work.webhooks, work.webhook_deliveries TO frontdesk_worker;
