-- Rows of a file that somebody sent, and those of them that were refused: they say who people are, so each
-- part is sealed by a key of its own. What was sent goes with the step that took it in; what was made of it
-- is for whoever sent it, for a few days: see infra/decisions/0051.

CREATE TABLE work.operation_rows (
    id           text        COLLATE "C" NOT NULL PRIMARY KEY,   -- of the operation, which side, which part
    operation_id text        COLLATE "C" NOT NULL REFERENCES work.operations ON DELETE CASCADE,
    tenant_id    uuid        NOT NULL,
    side         text        COLLATE "C" NOT NULL CHECK (side IN ('sent', 'made')),
    number       integer     NOT NULL,
    wrapped      bytea       NOT NULL,
    sealed       bytea       NOT NULL,
    came_at      timestamptz NOT NULL
);

-- What is encrypted gets no smaller, and no sample of it is of use.
ALTER TABLE work.operation_rows
    ALTER COLUMN sealed SET STORAGE EXTERNAL,
    ALTER COLUMN sealed SET STATISTICS 0,
    ALTER COLUMN wrapped SET STATISTICS 0;

CREATE INDEX operation_rows_of_one ON work.operation_rows (operation_id, side, number);
CREATE INDEX operation_rows_made ON work.operation_rows (tenant_id) WHERE side = 'made';
CREATE INDEX operation_rows_by_age ON work.operation_rows (came_at);

-- The application sees what was made for its tenant, and never what was sent.
ALTER TABLE work.operation_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON work.operation_rows FOR SELECT TO frontdesk_app
    USING (tenant_id = (SELECT log.tenant()) AND side = 'made');
CREATE POLICY every_row ON work.operation_rows TO frontdesk_worker USING (true);
GRANT SELECT ON work.operation_rows TO frontdesk_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON work.operation_rows TO frontdesk_worker;
