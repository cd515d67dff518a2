-- What is said about a message that is not known yet is of whoever says it. No event of this type is recorded yet, so
-- that the index is as it would be made anew.
CREATE OR REPLACE FUNCTION log.speaks_of_somebody(type text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN split_part(type, '.', 1) = ANY (
    '{booking-requested,booking-linked-to-client,series-requested,user-registered,'
    'user-linked-to-client,lead-opened,submission-received,submission-released,submission-confirmed,'
    'message-posted,message-amendment-awaited,scheduled-message-planned,thread-opened}'
);

-- Until when a provider has said that it is not to be asked again: nothing that happens here makes it sooner.
ALTER TABLE work.jobs ADD COLUMN not_before timestamptz;

-- Through what nothing of one business goes for a while: a number of theirs whose limit is reached, or an account in
-- trouble. See application/conversations/providers/pauses.py.
CREATE TABLE work.pauses (
    tenant_id uuid        NOT NULL,
    name      text        COLLATE "C" NOT NULL,
    until     timestamptz NOT NULL,
    failures  integer     NOT NULL DEFAULT 1, -- one after the other
    PRIMARY KEY (tenant_id, name)
);
ALTER TABLE work.pauses ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_pause ON work.pauses TO frontdesk_worker USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON work.pauses TO frontdesk_worker;
