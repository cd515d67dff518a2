-- Long work, one row for each: who wanted it, how far it is, what came of it. It is carried out step by
-- step by a job of the queue, under the same lease as all others: see infra/decisions/0041.
--
--   waiting ─► running ─► done, failed
--      │          └─► cancelling ─► cancelled
--      └─► cancelled

CREATE TABLE work.operations (
    id           text        COLLATE "C" NOT NULL PRIMARY KEY,
    number       bigint      NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    tenant_id    uuid        NOT NULL,
    kind         text        COLLATE "C" NOT NULL,   -- its permanent name
    about        text        COLLATE "C" NOT NULL,
    started_by   text        COLLATE "C" NOT NULL,
    cancelled_by text        COLLATE "C",
    fingerprint  text        COLLATE "C",            -- of the request that an Idempotency-Key was sent with
    wrapped      bytea,                              -- the key of what to do, by a master key
    sealed       bytea,                              -- what to do; nothing any more when it is over
    job_id       uuid        NOT NULL,
    state        text        COLLATE "C" NOT NULL DEFAULT 'waiting',
    steps        integer     NOT NULL DEFAULT 0,     -- whoever saves a step must have seen the one before
    done         bigint      NOT NULL DEFAULT 0,
    total        bigint      NOT NULL DEFAULT 0,
    seconds      double precision NOT NULL DEFAULT 0, -- that were worked on it
    checkpoint   json        NOT NULL DEFAULT '{}',  -- where the next step begins
    result       json,
    parts        integer     NOT NULL DEFAULT 0,     -- of the file that it makes, and how large they are
    bytes        bigint      NOT NULL DEFAULT 0,
    problem      text        COLLATE "C",            -- the code of a refusal
    created_at   timestamptz NOT NULL,
    started_at   timestamptz,
    updated_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    CONSTRAINT operations_state CHECK (
        state IN ('waiting', 'running', 'cancelling', 'done', 'failed', 'cancelled')
    ),
    CONSTRAINT operations_sealed CHECK ((wrapped IS NULL) = (sealed IS NULL))
);

-- What is encrypted gets no smaller, and no sample of it is of use.
ALTER TABLE work.operations
    ALTER COLUMN sealed SET STORAGE EXTERNAL,
    ALTER COLUMN sealed SET STATISTICS 0,
    ALTER COLUMN wrapped SET STATISTICS 0;

CREATE INDEX operations_listed ON work.operations (tenant_id, number);
CREATE INDEX operations_of_one ON work.operations (tenant_id, started_by, number);
CREATE INDEX operations_open ON work.operations (tenant_id) WHERE finished_at IS NULL;
CREATE INDEX operations_by_age ON work.operations (updated_at);

-- What an operation has made, in parts of about a megabyte: there is no other place that survives.
CREATE TABLE work.operation_parts (
    operation_id text    COLLATE "C" NOT NULL REFERENCES work.operations ON DELETE CASCADE,
    number       integer NOT NULL,
    tenant_id    uuid    NOT NULL,
    content      bytea   NOT NULL,
    PRIMARY KEY (operation_id, number)
);

-- The application sees its tenant's, and not what was given; they are begun, cancelled and carried on in
-- other roles.
ALTER TABLE work.operations ENABLE ROW LEVEL SECURITY;
ALTER TABLE work.operation_parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_operations ON work.operations FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY own_parts ON work.operation_parts FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY every_operation ON work.operations TO frontdesk_worker USING (true);
CREATE POLICY every_part ON work.operation_parts TO frontdesk_worker USING (true);
GRANT SELECT (
    id, number, tenant_id, kind, about, started_by, cancelled_by, fingerprint, job_id, state, done, total,
    seconds, result, bytes, problem, created_at, started_at, updated_at, finished_at
) ON work.operations TO frontdesk_app;
GRANT SELECT ON work.operation_parts TO frontdesk_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON work.operations, work.operation_parts TO frontdesk_worker;
