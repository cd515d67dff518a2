-- The order of the log is that of positions, and `recorded_at` is what the clock said: two things.
-- Until now a time was never before that of the event before it, so one append under a clock that was
-- a day ahead gave that time to everything for a day.

-- Where the clock went back: after `position`, from the time `was` to the time `began`. Between two of
-- these, times grow with positions, so that a place can be found by halving.
CREATE TABLE log.turns (
    position bigint      PRIMARY KEY,
    was      timestamptz NOT NULL,
    began    timestamptz NOT NULL
);
GRANT SELECT ON log.turns TO frontdesk_app, frontdesk_worker;

DO $$
DECLARE
    before  text := pg_get_functiondef('log.append(json, timestamptz)'::regprocedure);
    changed text := replace(before,
        E'    time_ := greatest(time_, coalesce(clock, clock_timestamp()));\n',
        E'    time_ := log.time_after(head, time_, coalesce(clock, clock_timestamp()));\n');
BEGIN
    IF changed = before THEN
        RAISE 'log.append is not the function that is to be changed';
    END IF;
    EXECUTE changed;
END
$$;

-- The time of what is appended after `head`, which was recorded at `was`. A step back of less than a
-- second is no more than the jitter of clocks, and is left out.
CREATE FUNCTION log.time_after(head bigint, was timestamptz, now_ timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF was IS NULL OR now_ >= was THEN
        RETURN now_;
    ELSIF now_ >= was - interval '1 second' THEN
        RETURN was;
    END IF;
    INSERT INTO log.turns AS t VALUES (head, was, now_)
        ON CONFLICT (position) DO UPDATE SET began = least(t.began, excluded.began);
    RETURN now_;
END
$$;
REVOKE ALL ON FUNCTION log.time_after(bigint, timestamptz, timestamptz) FROM PUBLIC;
