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
    tenant_id            uuid        NOT NULL,
    command_id           uuid        NOT NULL,
    fingerprint          text,
    last_position        bigint      NOT NULL,
    last_tenant_position bigint      NOT NULL,
    events               integer     NOT NULL,
    recorded_at          timestamptz NOT NULL,
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
    PRIMARY KEY (tenant_id, stream),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- What the hash covers. Lengths come first, so that no two different rows read the same.
CREATE FUNCTION log.chain(
    previous bytea, "position" bigint, tenant uuid, tenant_position bigint, version integer,
    microseconds bigint, stream text, type text, metadata json, data json, personal bytea
) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE  -- as concat_ws is: otherwise it would not be inlined
RETURN sha256(
    previous
    || convert_to(
        concat_ws(
            ',', "position", tenant, tenant_position, version, microseconds, octet_length(stream),
            octet_length(type), octet_length(metadata::text), octet_length(data::text)
        ) || E'\n' || stream || type || metadata::text || data::text,
        'UTF8'
    )
    || coalesce(personal, '\x'::bytea)
);

-- Append a batch: what several commands want recorded, as rows. The first row of a command has
-- its id, the last one "last": true. Every row has "tenant"; beyond that it may
--   {"command", "fingerprint"?}                         begin a command
--   {"stream", "expected"}                              demand that the stream be at this version
--   {"stream", "version", "type", "data", "metadata"}   be an event
--   {"stream", "personal", "key"?}                      … with a ciphertext, and the wrapped key
--                                                       if it was made for it (base64, both)
--   {"stream", "erase": true}                           destroy the key of the stream
-- Each command is answered on its own, in order:
--   appended   its events have the places up to `last_position` and `last_tenant_position`
--   repeated   its id is known: the places it was given the first time
--   conflict   `at_stream` is at `at_version`, not where it was expected; -1 says that its key
--              was made or destroyed by somebody else
-- What is accepted is written at the end, all at once: that costs half of writing row by row.
-- Until then the tables do not show what earlier commands of the batch did; `ids` and `touched`
-- tell where that matters.
CREATE FUNCTION log.append(batch json, clock timestamptz DEFAULT NULL)
RETURNS TABLE (
    outcome text, last_position bigint, last_tenant_position bigint, event_count integer,
    at_time timestamptz, at_stream text, at_version integer, first_fingerprint text
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off  -- a plan made while the log was small has to serve when it is large
AS $$
DECLARE
    time_     timestamptz;
    time_us   bigint;
    head      bigint;
    given     record;            -- a row of the batch
    begins    boolean := true;   -- a command, with this row
    id        uuid;
    print     text;
    first     record;
    n_events  integer;           -- collected before this command
    n_keys    integer;
    n_erased  integer;
    tenants   uuid[] := '{}';    -- whose heads are at the same places of the next two
    t_heads   bigint[] := '{}';
    t_hashes  bytea[] := '{}';
    place     integer;
    t_head    bigint;
    t_hash    bytea;
    ids       uuid[] := '{}';    -- commands that this batch records
    touched   text[] := '{}';    -- streams that it changes
    events    log.events[] := '{}';
    commands  log.commands[] := '{}';
    keys      log.keys[] := '{}';
    erased    log.keys[] := '{}';
BEGIN
    -- Positions are given under this lock, and it is held until after the commit is visible:
    -- therefore they are dense, and in the order of commits.
    PERFORM pg_advisory_xact_lock(hashtext('frontdesk.log'));

    SELECT e.position, e.recorded_at INTO head, time_
        FROM log.events e ORDER BY e.position DESC LIMIT 1;
    head := coalesce(head, 0);
    time_ := greatest(time_, coalesce(clock, clock_timestamp()));
    time_us := (extract(epoch FROM time_) * 1000000)::bigint;

    FOR given IN
        SELECT i.*, decode(i.personal, 'base64') AS sealed, coalesce(e.version, 0) AS at_version,
            k.stream IS NOT NULL AS has_key, k.destroyed_at IS NOT NULL AS lost_key,
            c.last_position, c.last_tenant_position, c.events, c.recorded_at,
            c.fingerprint AS first_fingerprint
        FROM json_to_recordset(batch) AS i(
            tenant uuid, command uuid, fingerprint text, stream text, expected integer,
            version integer, type text, data json, metadata json, personal text, key text,
            erase boolean, last boolean
        )
        LEFT JOIN LATERAL (
            SELECT c.* FROM log.commands c
            WHERE i.command IS NOT NULL AND c.tenant_id = i.tenant AND c.command_id = i.command
            LIMIT 1
        ) c ON true
        LEFT JOIN LATERAL (
            SELECT e.version FROM log.events e
            WHERE i.expected IS NOT NULL AND e.tenant_id = i.tenant AND e.stream = i.stream
            ORDER BY e.version DESC LIMIT 1
        ) e ON true
        LEFT JOIN LATERAL (
            SELECT k.stream, k.destroyed_at FROM log.keys k
            WHERE i.personal IS NOT NULL AND k.tenant_id = i.tenant AND k.stream = i.stream
            LIMIT 1
        ) k ON true
    LOOP
        IF begins THEN
            begins := false;
            id := given.command;
            print := given.fingerprint;
            n_events := cardinality(events);
            n_keys := cardinality(keys);
            n_erased := cardinality(erased);
            outcome := CASE WHEN given.recorded_at IS NULL THEN 'appended' ELSE 'repeated' END;
            last_position := given.last_position;
            last_tenant_position := given.last_tenant_position;
            event_count := coalesce(given.events, 0);
            at_time := coalesce(given.recorded_at, time_);
            at_stream := NULL;
            at_version := NULL;
            first_fingerprint := given.first_fingerprint;

            place := array_position(tenants, given.tenant);
            IF place IS NULL THEN
                SELECT e.tenant_position, e.hash INTO t_head, t_hash
                    FROM log.events e WHERE e.tenant_id = given.tenant
                    ORDER BY e.tenant_position DESC LIMIT 1;
                tenants := array_append(tenants, given.tenant);
                t_heads := array_append(t_heads, coalesce(t_head, 0));
                t_hashes := array_append(t_hashes, coalesce(t_hash, sha256('')));
                place := cardinality(tenants);
            END IF;
            t_head := t_heads[place];
            t_hash := t_hashes[place];

            IF id = ANY (ids) THEN
                FOR first IN
                    SELECT c.* FROM unnest(commands) c
                    WHERE c.tenant_id = given.tenant AND c.command_id = id
                LOOP
                    outcome := 'repeated';
                    last_position := first.last_position;
                    last_tenant_position := first.last_tenant_position;
                    event_count := first.events;
                    first_fingerprint := first.fingerprint;
                END LOOP;
            END IF;
        END IF;

        IF outcome = 'appended' THEN
            IF (given.expected IS NOT NULL OR given.personal IS NOT NULL)
                AND given.stream = ANY (touched)
            THEN
                given.at_version := greatest(given.at_version, (
                    SELECT max(e.version) FROM unnest(events) e
                    WHERE e.tenant_id = given.tenant AND e.stream = given.stream
                ));
                given.lost_key := given.lost_key OR EXISTS (
                    SELECT FROM unnest(erased) k
                    WHERE k.tenant_id = given.tenant AND k.stream = given.stream
                );
                given.has_key := given.has_key OR given.lost_key OR EXISTS (
                    SELECT FROM unnest(keys) k
                    WHERE k.tenant_id = given.tenant AND k.stream = given.stream
                );
            END IF;

            IF given.expected <> given.at_version
                OR given.lost_key AND given.personal IS NOT NULL
                OR given.has_key AND given.key IS NOT NULL
            THEN
                outcome := 'conflict';
                at_stream := given.stream;
                at_version := CASE
                    WHEN given.expected <> given.at_version THEN given.at_version ELSE -1
                END;
                head := head - (cardinality(events) - n_events);
                events := events[:n_events];
                keys := keys[:n_keys];
                erased := erased[:n_erased];
            END IF;
        END IF;

        IF outcome = 'appended' AND given.type IS NOT NULL THEN
            head := head + 1;
            t_head := t_head + 1;
            t_hash := log.chain(
                t_hash, head, given.tenant, t_head, given.version, time_us,
                given.stream, given.type, given.metadata, given.data, given.sealed
            );
            events := array_append(events, ROW(
                head, given.tenant, t_head, given.stream, given.version, given.type,
                given.data, given.sealed, given.metadata, time_, t_hash
            )::log.events);
            touched := array_append(touched, given.stream);
        END IF;
        IF outcome = 'appended' AND given.key IS NOT NULL THEN
            keys := array_append(keys, ROW(
                given.tenant, given.stream, decode(given.key, 'base64'), NULL
            )::log.keys);
        END IF;
        IF outcome = 'appended' AND given.erase THEN
            erased := array_append(erased, ROW(
                given.tenant, given.stream, NULL, time_
            )::log.keys);
            touched := array_append(touched, given.stream);
        END IF;

        IF given.last THEN
            begins := true;
            IF outcome = 'appended' THEN
                last_position := head;
                last_tenant_position := t_head;
                event_count := cardinality(events) - n_events;
                t_heads[place] := t_head;
                t_hashes[place] := t_hash;
                ids := array_append(ids, id);
                commands := array_append(commands, ROW(
                    given.tenant, id, print, head, t_head, event_count, time_
                )::log.commands);
            END IF;
            RETURN NEXT;
        END IF;
    END LOOP;

    IF NOT begins THEN
        RAISE 'the last row of a command must say so';
    END IF;
    INSERT INTO log.events SELECT * FROM unnest(events);
    INSERT INTO log.commands SELECT * FROM unnest(commands);
    IF cardinality(keys) > 0 THEN
        INSERT INTO log.keys SELECT * FROM unnest(keys);
    END IF;
    IF cardinality(erased) > 0 THEN
        INSERT INTO log.keys SELECT DISTINCT ON (k.tenant_id, k.stream) k.* FROM unnest(erased) k
            ON CONFLICT (tenant_id, stream) DO UPDATE
            SET wrapped = NULL,
                destroyed_at = coalesce(log.keys.destroyed_at, excluded.destroyed_at);
    END IF;
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
