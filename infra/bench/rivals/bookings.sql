-- Bookings as a CRUD service keeps them: no two live ones of one professional overlap.
--
-- The server's binaries come without the btree_gist extension, which lets a constraint compare
-- plain numbers; a range of one number compares just as well.

CREATE TABLE professionals (
    id   integer PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE bookings (
    id              uuid PRIMARY KEY,
    tenant_id       uuid NOT NULL,
    professional_id integer NOT NULL REFERENCES professionals,
    client_id       uuid NOT NULL,
    service_id      uuid NOT NULL,
    starts_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL,
    status          text NOT NULL DEFAULT 'pending',
    notes           text,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_at_a_time EXCLUDE USING gist (
        int4range(professional_id, professional_id, '[]') WITH =,
        tstzrange(starts_at, ends_at) WITH &&
    ) WHERE (status <> 'cancelled')
);

CREATE INDEX bookings_of_professional
    ON bookings (tenant_id, professional_id, status, starts_at);

-- What providers send, as it came.
CREATE TABLE calls (
    provider text  NOT NULL,
    hash     bytea NOT NULL,
    headers  text  NOT NULL,
    body     bytea NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, hash)
);

-- Conversations of an owner with two hundred clients: how many messages there are, and who has not read how many.
CREATE TABLE threads (
    id        uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    last      integer NOT NULL
);

CREATE TABLE thread_members (
    thread_id uuid NOT NULL REFERENCES threads,
    member_id uuid NOT NULL,
    unread    integer NOT NULL,
    PRIMARY KEY (thread_id, member_id)
);

CREATE TABLE messages (
    id         uuid PRIMARY KEY,
    thread_id  uuid NOT NULL REFERENCES threads,
    sequence   integer NOT NULL,
    author_id  uuid NOT NULL,
    text       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (thread_id, sequence)
);

INSERT INTO threads
SELECT md5('thread ' || number)::uuid, '0197f3a2-7c5e-7b1a-9d40-3f6f0c1d2e4f', 0
FROM generate_series(0, 199) AS number;

INSERT INTO thread_members
SELECT md5('thread ' || number)::uuid, member, 0
FROM generate_series(0, 199) AS number,
    LATERAL unnest(ARRAY[
        '0197f3a2-7c5e-7b1a-9d40-3f6f0c1d2e4f'::uuid, md5('client ' || number)::uuid
    ]) AS member;

INSERT INTO professionals
SELECT number, 'Professional ' || number FROM generate_series(0, 199) AS number;

-- Fifty for each professional, long before those that the rounds will book.
INSERT INTO bookings
SELECT
    md5('booking ' || number)::uuid, '0197f3a2-7c5e-7b1a-9d40-3f6f0c1d2e4f', number % 200,
    md5('client ' || number % 1000)::uuid, md5('service')::uuid,
    timestamptz '2020-01-06 09:00Z' + number / 200 * interval '1 hour',
    timestamptz '2020-01-06 09:30Z' + number / 200 * interval '1 hour',
    'confirmed', 'Prefers the chair by the window.'
FROM generate_series(0, 9999) AS number;

ANALYZE;

-- Who writes on WhatsApp, where, and what of it is here already.
CREATE TABLE contacts (
    wa_id     text PRIMARY KEY,
    name      text NOT NULL,
    id        uuid NOT NULL,
    thread_id uuid NOT NULL
);
CREATE TABLE heard (
    wamid      text PRIMARY KEY,
    message_id uuid NOT NULL
);
