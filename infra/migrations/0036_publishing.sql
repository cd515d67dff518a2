-- How far each business's events are published to the Pusher server that it has configured. See infra/decisions/0059.

CREATE TABLE work.publishing (
    tenant_id        uuid    NOT NULL PRIMARY KEY,
    configuration_id text    COLLATE "C" NOT NULL,
    position         bigint  NOT NULL,             -- in the tenant's log: all up to there is published
    mark             text    COLLATE "C" NOT NULL, -- and what is there
    failures         integer NOT NULL DEFAULT 0,   -- one after the other, since anything was taken
    again_at         timestamptz                   -- when it is tried again, if it failed
);

ALTER TABLE work.publishing ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_publishing ON work.publishing TO frontdesk_worker USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON work.publishing TO frontdesk_worker;
