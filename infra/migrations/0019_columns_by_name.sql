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

DO $$
DECLARE
    definition text := pg_get_functiondef('log.append(json, timestamptz)'::regprocedure);
    change     text[];
BEGIN
    FOREACH change SLICE 1 IN ARRAY ARRAY[
        ['log.events[]', 'log.new_event[]'],
        ['log.commands[]', 'log.new_command[]'],
        ['log.keys[]', 'log.new_key[]'],
        ['::log.events', '::log.new_event'],
        ['::log.commands', '::log.new_command'],
        ['::log.keys', '::log.new_key'],
        ['INTO log.events SELECT', 'INTO log.events (position, tenant_id, tenant_position, stream, '
            'version, type, data, personal, metadata, recorded_at, hash) SELECT'],
        ['INTO log.commands SELECT', 'INTO log.commands (tenant_id, command_id, fingerprint, '
            'last_position, last_tenant_position, events, recorded_at) SELECT'],
        ['INTO log.keys SELECT', 'INTO log.keys (tenant_id, stream, wrapped, destroyed_at) SELECT']
    ] LOOP
        IF strpos(definition, change[1]) = 0 THEN
            RAISE 'log.append is not the function that is to be changed: it lacks %', change[1];
        END IF;
        definition := replace(definition, change[1], change[2]);
    END LOOP;
    EXECUTE definition;
END
$$;
