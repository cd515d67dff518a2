-- The roll of running processes: see adapters/roll.py.
CREATE TABLE work.processes (
    id          uuid        PRIMARY KEY,
    release     text        NOT NULL,
    reads       text[]      NOT NULL,   -- types of events
    records     text[]      NOT NULL,
    master_keys text[]      NOT NULL,   -- by name, which says nothing of the key
    secret_keys text[]      NOT NULL,
    cannot_read text[]      NOT NULL,   -- what it has met of late and does not know
    began_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON work.processes TO frontdesk_worker;
