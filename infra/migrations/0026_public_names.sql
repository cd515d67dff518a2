-- The names under which everybody finds a business, over all businesses: nobody who asks for one has a
-- tenant yet. A name is never given to another, so nothing is ever removed or changed here. Which of its names
-- a business uses is in the log.
CREATE TABLE accounts.public_names (
    name       text        COLLATE "C" PRIMARY KEY,
    tenant_id  uuid        NOT NULL,
    claimed_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX public_names_by_tenant ON accounts.public_names (tenant_id);

REVOKE ALL ON accounts.public_names FROM frontdesk_accounts, frontdesk_worker;
GRANT SELECT, INSERT ON accounts.public_names TO frontdesk_accounts, frontdesk_worker;

ALTER TABLE accounts.public_names ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_public_name ON accounts.public_names
    TO frontdesk_accounts, frontdesk_worker USING (true) WITH CHECK (true);
