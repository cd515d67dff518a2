-- Jobs that must not overtake each other, and those of which nobody knows what became of them.
--
--   running ── its answer was lost ─► uncertain ── by an operator ──► todo, discarded

ALTER TABLE work.jobs
    ADD COLUMN ordering_key   text COLLATE "C",  -- one after another, in the order of their causes
    ADD COLUMN handed_over_at timestamptz,       -- from here on, what is lost may have been done
    ADD COLUMN turn           text COLLATE "C" GENERATED ALWAYS AS (lane || '/' || tenant_id::text) STORED;

ALTER TABLE work.jobs DROP CONSTRAINT jobs_status, ADD CONSTRAINT jobs_status CHECK (
    status IN ('todo', 'running', 'done', 'parked', 'uncertain', 'withdrawn', 'discarded')
);

-- Which lanes there are is said where they are given threads: one for each thing that may be slow.
ALTER TABLE work.jobs DROP CONSTRAINT jobs_lane;

-- What an older release has ordered keeps its order, too.
UPDATE work.jobs SET
    lane = 'mails',
    ordering_key = tenant_id::text || '/mail/' || about || '/'
        || CASE WHEN payload->>'kind' LIKE 'professional-%' THEN 'professional' ELSE 'client' END
WHERE kind IN ('send-booking-mail', 'send-booking-reminder')
  AND status IN ('todo', 'parked');

-- Who is in front of whom. Keys begin with the tenant: a claim must not be tempted, before PostgreSQL
-- has looked at a table that has just grown, to find others of a key by way of all of their tenant.
CREATE INDEX jobs_in_order ON work.jobs (ordering_key, caused_by) WHERE ordering_key IS NOT NULL;

-- Whoever claims, and however many at once: of one key, one runs.
CREATE UNIQUE INDEX jobs_one_at_a_time ON work.jobs (ordering_key)
    WHERE status = 'running' AND ordering_key IS NOT NULL;

-- Tenants take turns: which have something due in a lane, and what is it.
DROP INDEX work.jobs_due;
CREATE INDEX jobs_due ON work.jobs (lane, run_at) INCLUDE (tenant_id) WHERE status = 'todo';
CREATE INDEX jobs_due_of_tenant ON work.jobs (turn, run_at) WHERE status = 'todo';

-- Lanes in which nothing answers. After some failures in a row a lane is left alone until then.
CREATE TABLE work.failing_lanes (
    lane     text        COLLATE "C" NOT NULL PRIMARY KEY,
    failures integer     NOT NULL,
    since    timestamptz NOT NULL,
    until    timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON work.failing_lanes TO frontdesk_worker;

COMMENT ON COLUMN work.jobs.lease_until IS 'a sign of life, another one each time: see adapters/jobs/leases.py';
