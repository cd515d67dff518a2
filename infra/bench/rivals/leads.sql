-- Leads as a CRUD service keeps them, and what is kept with each.

CREATE TABLE clients (
    id         uuid PRIMARY KEY,
    tenant_id  uuid NOT NULL,
    name       text NOT NULL,
    email      text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, email)
);

CREATE TABLE leads (
    id         uuid PRIMARY KEY,
    tenant_id  uuid NOT NULL,
    client_id  uuid NOT NULL REFERENCES clients,
    status     text NOT NULL DEFAULT 'new',
    score      integer NOT NULL,
    source     text NOT NULL,
    message    text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX leads_of_client ON leads (client_id);
CREATE INDEX leads_of_source ON leads (tenant_id, status, source, score);

CREATE TABLE submissions (
    id         uuid PRIMARY KEY,
    tenant_id  uuid NOT NULL,
    lead_id    uuid NOT NULL REFERENCES leads,
    answers    jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tasks (
    id         uuid PRIMARY KEY,
    tenant_id  uuid NOT NULL,
    lead_id    uuid NOT NULL REFERENCES leads,
    priority   text NOT NULL,
    due_at     timestamptz NOT NULL,
    done_at    timestamptz
);

CREATE INDEX tasks_due ON tasks (tenant_id, due_at);

-- What the owner is told, for whatever sends mails.
CREATE TABLE mails (
    id         uuid PRIMARY KEY,
    tenant_id  uuid NOT NULL,
    recipient  text NOT NULL,
    subject    text NOT NULL,
    body       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
