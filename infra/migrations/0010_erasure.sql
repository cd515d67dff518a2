-- What was erased, one row per stream and time, numbered in the order of commits: whoever reads a
-- stream notes the last number before, and looks for new ones before they commit what they made of it.
CREATE TABLE log.erased (
    number    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid        NOT NULL,
    stream    text        COLLATE "C" NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT ON log.erased TO frontdesk_worker;

CREATE FUNCTION log.note_erased() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO log.erased (tenant_id, stream) VALUES (NEW.tenant_id, NEW.stream);
    RETURN NULL;
END
$$;
CREATE TRIGGER noted AFTER INSERT OR UPDATE OF wrapped ON log.keys
    FOR EACH ROW WHEN (NEW.wrapped IS NULL) EXECUTE FUNCTION log.note_erased();

-- Note again what was taken out of tables: whoever loaded a row before shall not write it back. Under
-- the lock of the log, where keys are destroyed too, so that the numbers are in the order of commits.
CREATE FUNCTION log.note_erased_again(tenant uuid, streams text[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('frontdesk.log'));
    INSERT INTO log.erased (tenant_id, stream) SELECT tenant, unnest(streams);
END
$$;

-- Whether, since the number that was noted, a stream was erased of which events lie between these
-- positions. Asked before a commit, it holds off whoever erases until that is done: each of the two
-- statements sees what was committed before it.
CREATE FUNCTION log.erased_since(noted bigint, after bigint, upto bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('frontdesk.erased'));
    RETURN EXISTS (
        SELECT FROM log.erased x
        JOIN log.events e ON e.tenant_id = x.tenant_id AND e.stream = x.stream
        WHERE x.number > noted AND e.position > after AND e.position <= upto
    );
END
$$;
REVOKE ALL ON FUNCTION log.note_erased(), log.note_erased_again(uuid, text[]),
    log.erased_since(bigint, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.note_erased_again(uuid, text[]),
    log.erased_since(bigint, bigint, bigint) TO frontdesk_worker;

-- Whom an event speaks of: a client, and who a guest is by address and number. Only of the events by
-- which a stream begins to speak of somebody, in whichever version of their shape. No cast from text to
-- an array: it is not immutable, so that the function would be called for each event that is recorded,
-- at ten times the price, rather than be part of the statement.
CREATE FUNCTION log.persons(data json) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_remove(
    ARRAY[data ->> 'client_id', data #>> '{appointment,client_id}'], NULL
) || string_to_array(translate(coalesce(data ->> 'guest_identities', ''), '[]" ', ''), ',');

CREATE FUNCTION log.speaks_of_somebody(type text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN split_part(type, '.', 1) = ANY (
    '{booking-requested,booking-linked-to-client,series-requested,user-registered,'
    'user-linked-to-client}'
);

CREATE INDEX events_by_person ON log.events USING gin (log.persons(data))
    WHERE log.speaks_of_somebody(type);

-- Which erasures came to their end in every table; what is not here is still under way.
CREATE TABLE work.erasures (
    tenant_id   uuid        NOT NULL,
    client_id   text        COLLATE "C" NOT NULL,
    position    bigint      NOT NULL,
    finished_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, client_id)
);
GRANT SELECT, INSERT, UPDATE ON work.erasures TO frontdesk_worker;
