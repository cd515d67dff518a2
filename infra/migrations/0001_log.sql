-- The log: every event of every tenant, in one order that is dense and the order of commits.
--
-- Only log.append writes here. The application's role may call it and read its own tenant's rows;
-- it can neither insert, change nor delete, so history is what was appended.

CREATE SCHEMA log;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'frontdesk_app') THEN
        CREATE ROLE frontdesk_app NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'frontdesk_worker') THEN
        CREATE ROLE frontdesk_worker NOLOGIN;
    END IF;
EXCEPTION WHEN unique_violation OR duplicate_object THEN
    NULL;  -- another database of this server is being migrated at the same moment
END
$$;

DO $$
BEGIN
    EXECUTE format('GRANT frontdesk_app, frontdesk_worker TO %I', current_user);
EXCEPTION WHEN OTHERS THEN
    NULL;  -- a superuser needs no grant, and two migrations at once may collide on it
END
$$;

CREATE TABLE log.events (
    position        bigint      NOT NULL,
    tenant_id       uuid        NOT NULL,
    tenant_position bigint      NOT NULL,
    stream          text        COLLATE "C" NOT NULL,
    version         integer     NOT NULL,
    type            text        COLLATE "C" NOT NULL,
    data            json        NOT NULL,
    personal        bytea,
    metadata        json        NOT NULL,
    recorded_at     timestamptz NOT NULL,
    hash            bytea       NOT NULL,
    CONSTRAINT events_by_position PRIMARY KEY (position),
    CONSTRAINT events_by_tenant UNIQUE (tenant_id, tenant_position),
    CONSTRAINT events_by_stream UNIQUE (tenant_id, stream, version)
);

COMMENT ON COLUMN log.events.data IS 'json, not jsonb: the exact text is what is hashed';
COMMENT ON COLUMN log.events.personal IS 'fields about a person, encrypted with the key of the stream';
COMMENT ON COLUMN log.events.hash IS 'sha256 of the tenant''s previous hash and of this row';

-- One row per command: the same id again is answered as the first time.
CREATE TABLE log.commands (
    tenant_id      uuid        NOT NULL,
    command_id     uuid        NOT NULL,
    fingerprint    text,
    last_position  bigint      NOT NULL,
    events         integer     NOT NULL,
    recorded_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, command_id)
);

CREATE INDEX commands_by_age ON log.commands USING brin (recorded_at);

-- The key of each stream that holds personal data, wrapped by a master key. Erasing a person
-- destroys it: `wrapped` becomes null and the row stays, so that no new key is made in its place.
CREATE TABLE log.keys (
    tenant_id    uuid NOT NULL,
    stream       text COLLATE "C" NOT NULL,
    wrapped      bytea,
    destroyed_at timestamptz,
    PRIMARY KEY (tenant_id, stream)
);

-- What the hash covers. Lengths come first, so that no two different rows read the same.
CREATE FUNCTION log.chain(
    previous bytea, "position" bigint, tenant uuid, tenant_position bigint, version integer,
    recorded_at timestamptz, stream text, type text, metadata text, data text, personal bytea
) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(
    previous
    || convert_to(
        concat_ws(
            ',', "position", tenant::text, tenant_position, version,
            (extract(epoch FROM recorded_at) * 1000000)::bigint,
            octet_length(stream), octet_length(type), octet_length(metadata), octet_length(data)
        ) || E'\n' || stream || type || metadata || data,
        'UTF8'
    )
    || coalesce(personal, '\x'::bytea)
);

-- Append a batch. Each element is one command's answer to everything:
--   {"tenant", "command", "fingerprint"?, "expected": [{"stream", "version"}] | null,
--    "events": [{"stream", "version", "type", "data", "personal"?: base64, "metadata"}],
--    "sealed"?, "keys"?: [{"stream", "wrapped": base64}], "erase"?: [stream]}
-- Each is accepted or refused on its own; one row answers each, in order:
--   appended   its events have the places up to `last_position` and `last_tenant_position`
--   repeated   the command id is known: the places it was given the first time
--   conflict   `at_stream` is at `at_version`, which is not what was expected
CREATE FUNCTION log.append(batch json, clock timestamptz DEFAULT NULL)
RETURNS TABLE (
    outcome text, last_position bigint, last_tenant_position bigint, event_count integer,
    at_time timestamptz, at_stream text, at_version integer, first_fingerprint text
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    zero     constant bytea := sha256('');
    item     record;
    event    record;
    found_   record;
    head     bigint;
    tenant   uuid;            -- whose head the next two are
    t_head   bigint;
    t_hash   bytea;
    count_   integer;
BEGIN
    -- Positions are given under this lock, and it is held until after the commit is visible:
    -- therefore they are dense, and in the order of commits.
    PERFORM pg_advisory_xact_lock(hashtext('frontdesk.log'));

    SELECT e.position, e.recorded_at INTO head, at_time
        FROM log.events e ORDER BY e.position DESC LIMIT 1;
    head := coalesce(head, 0);
    at_time := greatest(at_time, coalesce(clock, clock_timestamp()));

    FOR item IN
        SELECT * FROM json_to_recordset(batch) AS i(
            tenant uuid, command uuid, fingerprint text, expected json, events json,
            sealed boolean, keys json, erase json
        )
    LOOP
        at_stream := NULL;
        at_version := NULL;
        first_fingerprint := NULL;

        SELECT c.last_position, c.events, c.recorded_at, c.fingerprint INTO found_
            FROM log.commands c
            WHERE c.tenant_id = item.tenant AND c.command_id = item.command;
        IF FOUND THEN
            outcome := 'repeated';
            last_position := found_.last_position;
            event_count := found_.events;
            first_fingerprint := found_.fingerprint;
            SELECT e.tenant_position INTO last_tenant_position
                FROM log.events e WHERE e.position = found_.last_position;
            RETURN NEXT;
            CONTINUE;
        END IF;

        IF item.expected IS NOT NULL THEN
            SELECT x.stream, coalesce(latest.version, 0) AS version INTO found_
                FROM json_to_recordset(item.expected) AS x(stream text, version integer)
                LEFT JOIN LATERAL (
                    SELECT e.version FROM log.events e
                    WHERE e.tenant_id = item.tenant AND e.stream = x.stream
                    ORDER BY e.version DESC LIMIT 1
                ) latest ON true
                WHERE coalesce(latest.version, 0) <> x.version
                LIMIT 1;
        ELSE
            SELECT e.stream, e.version INTO found_
                FROM json_to_recordset(item.events) AS x(stream text, version integer)
                JOIN log.events e
                    ON e.tenant_id = item.tenant AND e.stream = x.stream AND e.version = x.version
                LIMIT 1;
        END IF;
        IF NOT FOUND AND item.keys IS NOT NULL THEN
            -- somebody else made a key for this stream: his must be used
            SELECT k.stream, -1 AS version INTO found_
                FROM json_to_recordset(item.keys) AS x(stream text)
                JOIN log.keys k ON k.tenant_id = item.tenant AND k.stream = x.stream
                LIMIT 1;
        END IF;
        IF NOT FOUND AND item.sealed THEN
            -- the key was destroyed since: what it sealed could never be read
            SELECT k.stream, -1 AS version INTO found_
                FROM json_to_recordset(item.events) AS x(stream text, personal text)
                JOIN log.keys k ON k.tenant_id = item.tenant AND k.stream = x.stream
                WHERE x.personal IS NOT NULL AND k.wrapped IS NULL
                LIMIT 1;
        END IF;
        IF FOUND THEN
            outcome := 'conflict';
            at_stream := found_.stream;
            at_version := found_.version;
            last_position := NULL;
            last_tenant_position := NULL;
            event_count := 0;
            RETURN NEXT;
            CONTINUE;
        END IF;

        IF item.keys IS NOT NULL THEN
            INSERT INTO log.keys (tenant_id, stream, wrapped)
                SELECT item.tenant, x.stream, decode(x.wrapped, 'base64')
                FROM json_to_recordset(item.keys) AS x(stream text, wrapped text);
        END IF;

        IF tenant IS DISTINCT FROM item.tenant THEN
            tenant := item.tenant;
            SELECT e.tenant_position, e.hash INTO t_head, t_hash
                FROM log.events e WHERE e.tenant_id = tenant
                ORDER BY e.tenant_position DESC LIMIT 1;
            t_head := coalesce(t_head, 0);
            t_hash := coalesce(t_hash, zero);
        END IF;

        count_ := 0;
        FOR event IN
            SELECT x.stream, x.version, x.type, x.data, x.metadata,
                   decode(x.personal, 'base64') AS personal
            FROM json_to_recordset(item.events) AS x(
                stream text, version integer, type text, data json, metadata json, personal text
            )
        LOOP
            head := head + 1;
            t_head := t_head + 1;
            count_ := count_ + 1;
            t_hash := log.chain(
                t_hash, head, tenant, t_head, event.version, at_time,
                event.stream, event.type, event.metadata::text, event.data::text, event.personal
            );
            INSERT INTO log.events VALUES (
                head, tenant, t_head, event.stream, event.version, event.type,
                event.data, event.personal, event.metadata, at_time, t_hash
            );
        END LOOP;

        IF item.erase IS NOT NULL THEN
            INSERT INTO log.keys (tenant_id, stream, wrapped, destroyed_at)
                SELECT tenant, x.stream, NULL, at_time
                FROM json_array_elements_text(item.erase) AS x(stream)
                ON CONFLICT (tenant_id, stream)
                DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at;
        END IF;

        INSERT INTO log.commands
            VALUES (tenant, item.command, item.fingerprint, head, count_, at_time);

        outcome := 'appended';
        last_position := head;
        last_tenant_position := t_head;
        event_count := count_;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Tenants see themselves. The setting is made by the connection before it asks anything.
CREATE FUNCTION log.tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('frontdesk.tenant', true), '')::uuid;

ALTER TABLE log.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE log.commands ENABLE ROW LEVEL SECURITY;
ALTER TABLE log.keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_events ON log.events FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY own_commands ON log.commands FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY own_keys ON log.keys FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY every_event ON log.events FOR SELECT TO frontdesk_worker USING (true);
CREATE POLICY every_command ON log.commands TO frontdesk_worker USING (true);
CREATE POLICY every_key ON log.keys TO frontdesk_worker USING (true);

REVOKE ALL ON FUNCTION log.append(json, timestamptz) FROM PUBLIC;
GRANT USAGE ON SCHEMA log TO frontdesk_app, frontdesk_worker;
GRANT SELECT ON log.events, log.commands, log.keys TO frontdesk_app, frontdesk_worker;
GRANT DELETE ON log.commands TO frontdesk_worker;            -- pruned after some days
GRANT UPDATE (wrapped) ON log.keys TO frontdesk_worker;       -- master keys are rotated
GRANT EXECUTE ON FUNCTION log.append(json, timestamptz) TO frontdesk_app, frontdesk_worker;

-- The read models: what is asked (live), what is being built (next), what was before (previous).
CREATE SCHEMA live;
CREATE SCHEMA next;
CREATE SCHEMA previous;
GRANT USAGE ON SCHEMA live, next, previous TO frontdesk_app;
GRANT USAGE, CREATE ON SCHEMA live, next, previous TO frontdesk_worker;

-- Who has read how far. `schema_` tells which of a read model's tables it is about.
CREATE SCHEMA work;
CREATE TABLE work.checkpoints (
    consumer   text        COLLATE "C" NOT NULL,
    source     text        COLLATE "C" NOT NULL DEFAULT 'log',
    position   bigint      NOT NULL DEFAULT 0,
    shape      text,       -- of a read model: its version and columns, to see that it has changed
    moved_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, source)
) WITH (fillfactor = 50);

-- Keys of a consumer that could not be carried on: set aside, so that the rest flows.
CREATE TABLE work.parked (
    consumer   text        COLLATE "C" NOT NULL,
    tenant_id  uuid        NOT NULL,
    key        text        COLLATE "C" NOT NULL,
    position   bigint      NOT NULL,   -- of the event that failed: retrying begins there
    error      text        NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, tenant_id, key)
);
GRANT USAGE ON SCHEMA work TO frontdesk_app, frontdesk_worker;
GRANT SELECT ON work.checkpoints TO frontdesk_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON work.checkpoints, work.parked TO frontdesk_worker;
