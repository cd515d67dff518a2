-- A lead speaks of the client who it is. No event of this type is recorded yet, so that the index is as it
-- would be made anew.
CREATE OR REPLACE FUNCTION log.speaks_of_somebody(type text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN split_part(type, '.', 1) = ANY (
    '{booking-requested,booking-linked-to-client,series-requested,user-registered,'
    'user-linked-to-client,lead-opened}'
);
