-- Of which files there may be bytes, and how many: what is about to come stands here first, so that a
-- business has no more than it may, however much comes at once, and what was never recorded is found.
CREATE TABLE work.file_bytes (
    tenant_id uuid        NOT NULL,
    file_id   text        COLLATE "C" NOT NULL,
    bytes     bigint      NOT NULL,
    came_at   timestamptz NOT NULL,
    settled   boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, file_id)
);
CREATE INDEX file_bytes_unsettled ON work.file_bytes (came_at) WHERE NOT settled;

CREATE TABLE work.storage (
    tenant_id uuid   PRIMARY KEY,
    bytes     bigint NOT NULL
);

-- Where files were before they were here: links in mails and on pages still lead there.
CREATE TABLE work.old_file_addresses (
    path      text COLLATE "C" PRIMARY KEY,
    tenant_id uuid NOT NULL,
    file_id   text COLLATE "C" NOT NULL
);
CREATE INDEX old_file_addresses_by_file ON work.old_file_addresses (tenant_id, file_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON work.file_bytes, work.storage, work.old_file_addresses
    TO frontdesk_worker;

-- Whose files there are is looked for when somebody is erased.
CREATE FUNCTION log.is_of_a_file(type text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN split_part(type, '.', 1) = ANY ('{file-announced,file-uploaded}');

CREATE INDEX events_by_owner_of_file ON log.events (tenant_id, (data #>> '{file,owner_id}'))
    WHERE log.is_of_a_file(type);
