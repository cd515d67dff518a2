-- Up to where read models have seen everything of a tenant: who lists them asks on the connection that was
-- lent for the list, in the role of the application, which knows nothing of what is set aside.
CREATE FUNCTION work.seen(names text[]) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT CASE
        WHEN count(*) = cardinality(names) AND NOT EXISTS (
            SELECT FROM work.parked p WHERE p.consumer = ANY(names) AND p.tenant_id = log.tenant()
        ) THEN min(c.position)
    END
    FROM work.checkpoints c WHERE c.consumer = ANY(names) AND c.source = 'log'
);
REVOKE ALL ON FUNCTION work.seen(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION work.seen(text[]) TO frontdesk_app;
