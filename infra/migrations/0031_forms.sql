-- Whose a form is, over all businesses: who fills one in knows its id and nothing else. What a form asks, and
-- whether anybody may fill it in, is in the log.
CREATE TABLE accounts.public_forms (
    form_id   text COLLATE "C" PRIMARY KEY,
    tenant_id uuid NOT NULL
);

REVOKE ALL ON accounts.public_forms FROM frontdesk_accounts, frontdesk_worker;
GRANT SELECT, INSERT ON accounts.public_forms TO frontdesk_accounts, frontdesk_worker;

ALTER TABLE accounts.public_forms ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_public_form ON accounts.public_forms
    TO frontdesk_accounts, frontdesk_worker USING (true) WITH CHECK (true);

-- What somebody answers speaks of the client who they are. No event of these types is recorded yet, so that
-- the index is as it would be made anew.
CREATE OR REPLACE FUNCTION log.speaks_of_somebody(type text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN split_part(type, '.', 1) = ANY (
    '{booking-requested,booking-linked-to-client,series-requested,user-registered,'
    'user-linked-to-client,lead-opened,submission-received,submission-released,submission-confirmed}'
);
