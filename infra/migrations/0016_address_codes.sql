-- Codes that were sent to an address, for whoever reads its mail to show. One per user, the newest;
-- kept as a keyed digest, good for one use, until it expires or was guessed at too often.

CREATE TABLE accounts.address_codes (
    tenant_id   uuid        NOT NULL,
    user_id     text        COLLATE "C" NOT NULL,
    code_digest bytea       NOT NULL,
    expires_at  timestamptz NOT NULL,
    guesses     integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, user_id)
);

ALTER TABLE accounts.address_codes ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_address_code ON accounts.address_codes
    TO frontdesk_accounts, frontdesk_worker USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts.address_codes TO frontdesk_worker;
