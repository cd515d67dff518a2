-- What guests say of themselves before they have shown that the address is theirs: sealed, and gone in time.
CREATE TABLE accounts.guest_wishes (
    id         text        COLLATE "C" PRIMARY KEY,
    tenant_id  uuid        NOT NULL,
    wrapped    bytea       NOT NULL,
    sealed     bytea       NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX guest_wishes_by_age ON accounts.guest_wishes (expires_at);

REVOKE ALL ON accounts.guest_wishes FROM frontdesk_accounts, frontdesk_worker;
GRANT SELECT, INSERT, DELETE ON accounts.guest_wishes TO frontdesk_accounts, frontdesk_worker;
GRANT UPDATE (wrapped) ON accounts.guest_wishes TO frontdesk_worker;  -- when master keys are rotated

ALTER TABLE accounts.guest_wishes ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_guest_wish ON accounts.guest_wishes
    TO frontdesk_accounts, frontdesk_worker USING (true) WITH CHECK (true);
