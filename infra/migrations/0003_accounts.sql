-- What people prove who they are with. Never part of history, and never kept as it is shown to us:
-- addresses as keyed digests, passwords and tokens as hashes.
--
-- No row-level security: whoever logs in has no tenant yet.

CREATE SCHEMA accounts;

-- One per e-mail address, everywhere. Reserved first, active once the log knows the user: so there
-- is never a login without a user.
CREATE TABLE accounts.credentials (
    email_digest  bytea       PRIMARY KEY,
    tenant_id     uuid        NOT NULL,
    user_id       text        COLLATE "C" NOT NULL,
    command_id    uuid        NOT NULL,      -- of the registration
    password_hash text        NOT NULL,
    reserved_at   timestamptz NOT NULL,
    active        boolean     NOT NULL DEFAULT false,
    UNIQUE (tenant_id, user_id)
);

-- A session is a family of refresh tokens, each of which replaces the one before.
CREATE TABLE accounts.sessions (
    session_id text        COLLATE "C" PRIMARY KEY,
    tenant_id  uuid        NOT NULL,
    user_id    text        COLLATE "C" NOT NULL,
    began_at   timestamptz NOT NULL,
    ended_at   timestamptz
);

CREATE INDEX sessions_by_user ON accounts.sessions (tenant_id, user_id);

CREATE TABLE accounts.refresh_tokens (
    token_hash bytea       PRIMARY KEY,
    session_id text        COLLATE "C" NOT NULL REFERENCES accounts.sessions ON DELETE CASCADE,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE INDEX refresh_tokens_by_session ON accounts.refresh_tokens (session_id);

GRANT USAGE ON SCHEMA accounts TO frontdesk_app, frontdesk_worker;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON accounts.credentials, accounts.sessions, accounts.refresh_tokens
    TO frontdesk_app, frontdesk_worker;
