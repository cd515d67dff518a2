-- A position that leaves us says what was there: `log.append` answers with the first bytes of the hash of
-- the tenant's chain at `last_tenant_position`, of what it has appended. See infra/decisions/0043.

DO $$
DECLARE
    owner   text := (SELECT proowner::regrole FROM pg_proc
        WHERE oid = 'log.append(json, timestamptz)'::regprocedure);
    before  text := pg_get_functiondef('log.append(json, timestamptz)'::regprocedure);
    changed text := replace(replace(replace(before,
        'first_fingerprint text)', 'first_fingerprint text, last_hash bytea)'),
        E'            at_stream := NULL;\n',
        E'            at_stream := NULL;\n            last_hash := NULL;\n'),
        E'last_tenant_position := t_head;\n',
        E'last_tenant_position := t_head;\n                last_hash := substring(t_hash FOR 8);\n');
BEGIN
    IF cardinality(regexp_split_to_array(changed, 'last_hash')) <> 4 THEN
        RAISE 'log.append is not the function that is to be changed';
    END IF;
    DROP FUNCTION log.append(json, timestamptz);  -- what a function gives cannot be replaced
    EXECUTE changed;
    EXECUTE format('ALTER FUNCTION log.append(json, timestamptz) OWNER TO %s', owner);
END
$$;
REVOKE ALL ON FUNCTION log.append(json, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.append(json, timestamptz) TO frontdesk_writer;
