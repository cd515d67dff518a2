-- A role for each purpose, each with no more than that: see infra/decisions/0025.
--
--   frontdesk_app       asks for one tenant at a time; it appends nothing, and knows no accounts
--   frontdesk_accounts  passwords and sessions: whoever logs in has no tenant yet
--   frontdesk_writer    calls log.append, for all tenants in one batch, and can do nothing else
--   frontdesk_worker    follows the log of all tenants, and keeps read models and queues

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'frontdesk_accounts') THEN
        CREATE ROLE frontdesk_accounts NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'frontdesk_writer') THEN
        CREATE ROLE frontdesk_writer NOLOGIN;
    END IF;
EXCEPTION WHEN unique_violation OR duplicate_object THEN
    NULL;  -- another database of this server is being migrated at the same moment
END
$$;

DO $$
BEGIN
    EXECUTE format('GRANT frontdesk_accounts, frontdesk_writer TO %I', current_user);
EXCEPTION WHEN OTHERS THEN
    NULL;  -- a superuser needs no grant, and two migrations at once may collide on it
END
$$;

-- One batch holds several tenants' appends, so who may append may do so for all: no session in which
-- a request says anything is one of these.
REVOKE ALL ON FUNCTION log.append(json, timestamptz) FROM PUBLIC, frontdesk_app, frontdesk_worker;
GRANT EXECUTE ON FUNCTION log.append(json, timestamptz) TO frontdesk_writer;
GRANT USAGE ON SCHEMA log TO frontdesk_writer;

REVOKE ALL ON ALL TABLES IN SCHEMA accounts FROM frontdesk_app;
REVOKE ALL ON SCHEMA accounts FROM frontdesk_app;
GRANT USAGE ON SCHEMA accounts TO frontdesk_accounts;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA accounts TO frontdesk_accounts;
ALTER DEFAULT PRIVILEGES IN SCHEMA accounts
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO frontdesk_accounts;

ALTER TABLE accounts.credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts.refresh_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_credential ON accounts.credentials
    TO frontdesk_accounts, frontdesk_worker USING (true);
CREATE POLICY every_session ON accounts.sessions
    TO frontdesk_accounts, frontdesk_worker USING (true);
CREATE POLICY every_refresh_token ON accounts.refresh_tokens
    TO frontdesk_accounts, frontdesk_worker USING (true);
