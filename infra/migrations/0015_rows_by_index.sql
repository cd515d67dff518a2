-- What had no index of its own, and was found by reading its table as a whole.

-- Minutes that nobody asks for any more are dropped, of all tenants.
CREATE INDEX live_bookings_by_minute ON work.live_bookings (minute);

-- Jobs that somebody has to look at are counted whenever anybody asks how the system is; they are few.
CREATE INDEX jobs_set_aside ON work.jobs (status) WHERE status IN ('parked', 'uncertain');

-- What a job concerns is asked of those that are done, too: one index serves both that and withdrawing.
DROP INDEX work.jobs_open;
CREATE INDEX jobs_about ON work.jobs (tenant_id, about, kind);
