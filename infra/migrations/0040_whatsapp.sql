-- What is said about a message that is not known yet is of whoever says it. No event of this type is recorded yet, so
-- that the index is as it would be made anew.
CREATE OR REPLACE FUNCTION log.speaks_of_somebody(type text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN split_part(type, '.', 1) = ANY (
    '{booking-requested,booking-linked-to-client,series-requested,user-registered,'
    'user-linked-to-client,lead-opened,submission-received,submission-released,submission-confirmed,'
    'message-posted,message-amendment-awaited,scheduled-message-planned,thread-opened}'
);
