-- A position that leaves us says what was there, by a mark: the first bytes of the hash of the tenant's
-- chain. Of two logs one in 2^64 has the same there by chance. See infra/decisions/0043.
CREATE FUNCTION log.mark(hash bytea) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(substring(hash FOR 8), 'hex');

-- `log.append` answers with the mark at `last_tenant_position`, of what it has appended.
DO $$
DECLARE
    owner   text := (SELECT proowner::regrole FROM pg_proc
        WHERE oid = 'log.append(json, timestamptz)'::regprocedure);
    before  text := pg_get_functiondef('log.append(json, timestamptz)'::regprocedure);
    changed text := replace(replace(replace(before,
        'first_fingerprint text)', 'first_fingerprint text, last_mark text)'),
        E'            at_stream := NULL;\n',
        E'            at_stream := NULL;\n            last_mark := NULL;\n'),
        E'last_tenant_position := t_head;\n',
        E'last_tenant_position := t_head;\n                last_mark := log.mark(t_hash);\n');
BEGIN
    IF cardinality(regexp_split_to_array(changed, 'last_mark')) <> 4 THEN
        RAISE 'log.append is not the function that is to be changed';
    END IF;
    DROP FUNCTION log.append(json, timestamptz);  -- what a function gives cannot be replaced
    EXECUTE changed;
    EXECUTE format('ALTER FUNCTION log.append(json, timestamptz) OWNER TO %s', owner);
END
$$;
REVOKE ALL ON FUNCTION log.append(json, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.append(json, timestamptz) TO frontdesk_writer;
