-- Who sends webhooks takes the endpoint itself, not a job that says so: however much happens to one that hangs,
-- there is one row that says when to look. See infra/decisions/0060.
ALTER TABLE work.webhooks
    ADD COLUMN look_at     timestamptz,                    -- when somebody is to look; null: somebody does, or need not
    ADD COLUMN claim       uuid,                           -- whose hands it is in
    ADD COLUMN alive_at    timestamptz,                    -- a sign of their life, another one each time
    ADD COLUMN made_at     timestamptz NOT NULL DEFAULT now();
ALTER TABLE work.webhooks ALTER COLUMN slow SET DEFAULT false;

UPDATE work.webhooks SET look_at = now();
DELETE FROM work.jobs WHERE kind IN ('deliver-webhooks', 'deliver-slowly');

CREATE INDEX webhooks_due ON work.webhooks (look_at) INCLUDE (tenant_id, slow)
    WHERE claim IS NULL AND active AND in_use;
CREATE INDEX webhooks_in_hand ON work.webhooks (id) WHERE claim IS NOT NULL;
