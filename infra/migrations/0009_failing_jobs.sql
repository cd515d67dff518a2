-- A job that failed and will be tried again is `failing`, for whoever looks: it is due only now and
-- then, and nothing else would tell of it.
ALTER TABLE work.jobs ADD COLUMN state text COLLATE "C" GENERATED ALWAYS AS (
    CASE WHEN status = 'todo' AND attempts > 0 THEN 'failing' ELSE status END
) STORED;

DROP INDEX work.jobs_listed;
CREATE INDEX jobs_listed ON work.jobs (tenant_id, state, due_at, id);
CREATE INDEX jobs_failing ON work.jobs (run_at) WHERE status = 'todo' AND attempts > 0;
