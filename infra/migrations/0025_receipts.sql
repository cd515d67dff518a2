-- What providers have sent, sealed, from when it came until some time after it was understood: see
-- application/inbound/receipts.py. Its id follows, by a key, from what is the same however often it is sent.

CREATE TABLE work.receipts (
    id          text        COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id   uuid        NOT NULL,
    provider    text        COLLATE "C" NOT NULL,
    wrapped     bytea       NOT NULL,               -- its key, by a master key
    sealed      bytea       NOT NULL,               -- method, address, headers and body
    received_at timestamptz NOT NULL,
    state       text        COLLATE "C" NOT NULL DEFAULT 'waiting',
    rounds      integer     NOT NULL DEFAULT 0,     -- how often an operator replayed it
    type        text,                               -- what its provider calls such calls
    outcome     text,
    about       text[]      COLLATE "C" NOT NULL DEFAULT '{}',  -- streams in which something was recorded
    settled_at  timestamptz,                        -- when it was understood, or discarded
    CONSTRAINT receipts_state CHECK (
        state IN ('waiting', 'understood', 'not_understood_yet', 'parked', 'discarded')
    )
);

-- What is encrypted gets no smaller, and no sample of it is of use.
ALTER TABLE work.receipts
    ALTER COLUMN sealed SET STORAGE EXTERNAL,
    ALTER COLUMN sealed SET STATISTICS 0,
    ALTER COLUMN wrapped SET STATISTICS 0;

CREATE INDEX receipts_listed ON work.receipts (tenant_id, state, received_at, id);
CREATE INDEX receipts_of_provider ON work.receipts (tenant_id, provider, state, received_at, id);
CREATE INDEX receipts_by_state ON work.receipts (state, received_at, id);
CREATE INDEX receipts_settled ON work.receipts (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX receipts_about ON work.receipts USING gin (about);

-- The application sees that there is something, and not what it says.
ALTER TABLE work.receipts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_receipts ON work.receipts FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()));
CREATE POLICY every_receipt ON work.receipts TO frontdesk_worker USING (true);
GRANT SELECT (
    id, tenant_id, provider, received_at, state, type, outcome, settled_at
) ON work.receipts TO frontdesk_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON work.receipts TO frontdesk_worker;
