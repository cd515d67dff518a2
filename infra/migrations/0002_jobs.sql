-- What is to be done, at once or at a time: commands to dispatch, effects to carry out.
--
--   todo ── claimed ─► running ──► done
--    ▲ ▲                  │ └────► parked ── discarded by an operator ──► discarded
--    │ └── failed, again ─┘          │
--    └────── by an operator ─────────┘          todo, parked ── withdrawn by an event ──► withdrawn

CREATE TABLE work.jobs (
    id           uuid        NOT NULL PRIMARY KEY,
    tenant_id    uuid        NOT NULL,
    lane         text        COLLATE "C" NOT NULL,   -- a slow mail server must not delay commands
    kind         text        COLLATE "C" NOT NULL,   -- the permanent name of the order
    about        text        COLLATE "C" NOT NULL,   -- what it concerns: withdrawn by (kind, about)
    dedupe_key   text        COLLATE "C" NOT NULL,
    payload      json        NOT NULL,
    due_at       timestamptz NOT NULL,               -- when it was meant to be done
    run_at       timestamptz NOT NULL,               -- when it is tried next
    status       text        COLLATE "C" NOT NULL DEFAULT 'todo',
    attempts     integer     NOT NULL DEFAULT 0,
    max_attempts integer     NOT NULL,
    claim        uuid,                               -- of the worker's round that has it
    lease_until  timestamptz,                        -- by PostgreSQL's clock: workers die in real time
    withdrawn_at timestamptz,                        -- while it ran: it is not tried again
    report       json,                               -- the command that records what an effect did
    outcome      text,
    last_error   text,
    caused_by    bigint      NOT NULL DEFAULT 0,     -- the position of the event
    process      text        COLLATE "C" NOT NULL,
    trail        json        NOT NULL DEFAULT '{}',  -- correlation, causation and trace
    created_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    CONSTRAINT jobs_once UNIQUE (dedupe_key),
    CONSTRAINT jobs_lane CHECK (lane IN ('commands', 'effects')),
    CONSTRAINT jobs_status CHECK (
        status IN ('todo', 'running', 'done', 'parked', 'withdrawn', 'discarded')
    )
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);

-- A claim walks over what is due, never over the hundred thousand timers that wait behind it.
CREATE INDEX jobs_due ON work.jobs (lane, run_at) WHERE status = 'todo';
CREATE INDEX jobs_leased ON work.jobs (lease_until) WHERE status = 'running';
CREATE INDEX jobs_open ON work.jobs (tenant_id, kind, about)
    WHERE status IN ('todo', 'running', 'parked');
CREATE INDEX jobs_listed ON work.jobs (tenant_id, status, due_at, id);
CREATE INDEX jobs_finished ON work.jobs (finished_at) WHERE finished_at IS NOT NULL;

-- Where no mail server is configured, mails are put here instead of being sent.
CREATE TABLE work.outbox (
    id              uuid        NOT NULL PRIMARY KEY,
    number          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    tenant_id       uuid        NOT NULL,
    idempotency_key text        COLLATE "C" NOT NULL,
    about           text        COLLATE "C" NOT NULL,
    person          text        COLLATE "C",         -- the client it speaks of, until erased
    kind            text        COLLATE "C" NOT NULL,
    recipient       text        NOT NULL,
    mail            json        NOT NULL,
    sent_at         timestamptz NOT NULL,
    CONSTRAINT outbox_once UNIQUE (tenant_id, idempotency_key)
);

CREATE INDEX outbox_listed ON work.outbox (tenant_id, number);
CREATE INDEX outbox_about ON work.outbox (tenant_id, about, number);
CREATE INDEX outbox_to ON work.outbox (tenant_id, recipient, number);
CREATE INDEX outbox_person ON work.outbox (tenant_id, person) WHERE person IS NOT NULL;
CREATE INDEX outbox_by_age ON work.outbox (sent_at);

-- The application sees its tenant's jobs and may edit, retry and discard them; only a process,
-- which is a worker, makes them.
ALTER TABLE work.jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE work.outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_jobs ON work.jobs TO frontdesk_app USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY own_mails ON work.outbox FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY every_job ON work.jobs TO frontdesk_worker USING (true);
CREATE POLICY every_mail ON work.outbox TO frontdesk_worker USING (true);
GRANT SELECT, UPDATE ON work.jobs TO frontdesk_app;
GRANT SELECT ON work.outbox TO frontdesk_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON work.jobs, work.outbox TO frontdesk_worker;
