-- PostgreSQL keeps samples of a column until it looks at it again: addresses of whoever was erased
-- meanwhile. Of these it takes none any more. To say what type a column has forgets its samples, and
-- writes nothing anew where it is the same. Read models say so of theirs: see `tables.py`.

ALTER TABLE work.outbox
    ALTER COLUMN recipient TYPE text,
    ALTER COLUMN recipient SET STATISTICS 0;
ALTER TABLE work.jobs
    ALTER COLUMN last_error TYPE text,
    ALTER COLUMN last_error SET STATISTICS 0;
ALTER TABLE work.parked
    ALTER COLUMN error TYPE text,
    ALTER COLUMN error SET STATISTICS 0;
