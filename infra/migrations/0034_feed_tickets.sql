-- What browsers show in place of an access token where they can give only an address: for a minute, by a hash
-- of it. The content says who listens, and to what: ids, roles and names of events.
CREATE TABLE accounts.feed_tickets (
    hash       bytea       PRIMARY KEY,
    content    json        NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX feed_tickets_by_age ON accounts.feed_tickets (expires_at);

REVOKE ALL ON accounts.feed_tickets FROM frontdesk_accounts, frontdesk_worker;
GRANT SELECT, INSERT, DELETE ON accounts.feed_tickets TO frontdesk_accounts;

ALTER TABLE accounts.feed_tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_feed_ticket ON accounts.feed_tickets
    TO frontdesk_accounts USING (true) WITH CHECK (true);
