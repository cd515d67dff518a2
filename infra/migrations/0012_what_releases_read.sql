-- Processes of two releases run beside each other on one log. None of them decides on what it cannot
-- read, nor moves past it: see adapters/event_store/unread.py.

-- What each type of events is for, as every release says before it records one: which consumers of
-- the log wait for it. Whoever does not know a type sees here whether it is certainly none of theirs.
CREATE TABLE work.event_types (
    type      text        COLLATE "C" PRIMARY KEY,
    consumers text[]      NOT NULL,
    since     timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON work.event_types TO frontdesk_app;
GRANT SELECT, INSERT, UPDATE ON work.event_types TO frontdesk_worker;

-- A type before which whoever is in charge of this consumer has stopped: who can read it goes on.
ALTER TABLE work.checkpoints ADD waits_for text COLLATE "C";

-- The name of the master key without which this was set aside: who has it tries again.
ALTER TABLE work.parked ADD needs text COLLATE "C";
