-- A migration may add a column to any table while older processes run. `log.append` made its rows in the
-- shape of the tables, so that one more column would have stopped all writing until somebody changed
-- the function, too. Now it has shapes of its own, and says which columns it writes.

CREATE TYPE log.new_event AS (
    position        bigint,
    tenant_id       uuid,
    tenant_position bigint,
    stream          text COLLATE "C",
    version         integer,
    type            text COLLATE "C",
    data            json,
    personal        bytea,
    metadata        json,
    recorded_at     timestamptz,
    hash            bytea
);
CREATE TYPE log.new_command AS (
    tenant_id            uuid,
    command_id           uuid,
    fingerprint          text,
    last_position        bigint,
    last_tenant_position bigint,
    events               integer,
    recorded_at          timestamptz
);
CREATE TYPE log.new_key AS (
    tenant_id    uuid,
    stream       text COLLATE "C",
    wrapped      bytea,
    destroyed_at timestamptz
);

-- As it was, but for that: see `0001_log.sql` for what it takes and answers, and 0011 for its time.
CREATE OR REPLACE FUNCTION log.append(batch json, clock timestamptz DEFAULT NULL)
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
    events    log.new_event[] := '{}';
    commands  log.new_command[] := '{}';
    keys      log.new_key[] := '{}';
    erased    log.new_key[] := '{}';
BEGIN
    -- Positions are given under this lock, and it is held until after the commit is visible:
    -- therefore they are dense, and in the order of commits.
    PERFORM pg_advisory_xact_lock(hashtext('frontdesk.log'));

    SELECT e.position, e.recorded_at INTO head, time_
        FROM log.events e ORDER BY e.position DESC LIMIT 1;
    head := coalesce(head, 0);
    time_ := log.time_after(head, time_, coalesce(clock, clock_timestamp()));
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
            )::log.new_event);
            touched := array_append(touched, given.stream);
        END IF;
        IF outcome = 'appended' AND given.key IS NOT NULL THEN
            keys := array_append(keys, ROW(
                given.tenant, given.stream, decode(given.key, 'base64'), NULL
            )::log.new_key);
        END IF;
        IF outcome = 'appended' AND given.erase THEN
            erased := array_append(erased, ROW(
                given.tenant, given.stream, NULL, time_
            )::log.new_key);
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
                )::log.new_command);
            END IF;
            RETURN NEXT;
        END IF;
    END LOOP;

    IF NOT begins THEN
        RAISE 'the last row of a command must say so';
    END IF;
    INSERT INTO log.events (
        position, tenant_id, tenant_position, stream, version, type, data, personal, metadata,
        recorded_at, hash
    ) SELECT * FROM unnest(events);
    INSERT INTO log.commands (
        tenant_id, command_id, fingerprint, last_position, last_tenant_position, events, recorded_at
    ) SELECT * FROM unnest(commands);
    IF cardinality(keys) > 0 THEN
        INSERT INTO log.keys (tenant_id, stream, wrapped, destroyed_at)
            SELECT * FROM unnest(keys);
    END IF;
    IF cardinality(erased) > 0 THEN
        INSERT INTO log.keys (tenant_id, stream, wrapped, destroyed_at)
            SELECT DISTINCT ON (k.tenant_id, k.stream) k.* FROM unnest(erased) k
            ON CONFLICT (tenant_id, stream) DO UPDATE
            SET wrapped = NULL,
                destroyed_at = coalesce(log.keys.destroyed_at, excluded.destroyed_at);
    END IF;
END
$$;
