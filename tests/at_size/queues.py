"""What lies in the tables beside the log after some years: jobs, mails, sessions, what was set aside."""

from typing import Any, Final

import msgspec
from psycopg import Connection

from application.processes.effects.bookings import MailKind
from application.scheduling.mails import Mailbox, Message
from tests.at_size.log import LARGE

MANY: Final = 20_000


def fill(connection: Connection[Any]) -> None:
    """Put so many rows into each, most of them the large business's."""
    values = {"tenant": LARGE, "many": MANY, "mail": msgspec.json.encode(MAIL).decode()}
    for statement in (
        JOBS,
        MAILS,
        RECEIPTS,
        CREDENTIALS,
        SESSIONS,
        TOKENS,
        COUNTED,
        WEBHOOK,
        DELIVERIES,
    ):
        connection.execute(statement, values)


MAIL: Final = Message(
    tenant=LARGE,
    about="booking-1",
    person=None,
    kind=next(iter(MailKind)),
    language="en",
    signed="Salon",
    to=Mailbox("1@example.org"),
    reply_to=None,
    subject="Confirmed",
    text="See you.",
    html="<p>See you.",
)


# Two of three wait for a day that is far; the others are done, but for a few that are parked.
JOBS: Final = """
    INSERT INTO work.jobs (
        id, tenant_id, lane, kind, about, dedupe_key, payload, due_at, run_at, status, max_attempts,
        process, finished_at
    )
    SELECT gen_random_uuid(), %(tenant)s, 'effects', 'made', 'booking-' || n, 'made-' || n, '{}',
        at, at, status, 20, 'made', CASE status WHEN 'done' THEN at END
    FROM generate_series(1, %(many)s) AS n,
        LATERAL (SELECT CASE
            WHEN n %% 3 > 0 THEN 'todo' WHEN n %% 100 = 0 THEN 'parked' ELSE 'done'
        END AS status) AS _,
        LATERAL (SELECT CASE status
            WHEN 'todo' THEN timestamptz '2030-01-01' ELSE timestamptz '2027-01-03'
        END + n * interval '1 second' AS at) AS __
"""
MAILS: Final = """
    INSERT INTO work.outbox (
        id, tenant_id, idempotency_key, about, person, kind, recipient, mail, sent_at
    )
    SELECT gen_random_uuid(), %(tenant)s, 'made-' || n, 'booking-' || n, 'client-' || n %% 1000,
        'made', n %% 1000 || '@example.org', %(mail)s, timestamptz '2027-01-03' + n * interval '1 second'
    FROM generate_series(1, %(many)s) AS n
"""
# Nearly all were understood, and some wait for a release that does.
RECEIPTS: Final = """
    INSERT INTO work.receipts (
        id, tenant_id, provider, wrapped, sealed, received_at, state, about, settled_at
    )
    SELECT 'receipt-' || gen_random_uuid(), %(tenant)s,
        CASE WHEN n %% 100 = 0 THEN 'stripe' ELSE 'whatsapp' END, sha256(int4send(n)),
        sha256(int4send(n)), at, state, ARRAY['client-' || n %% 1000],
        CASE state WHEN 'understood' THEN at END
    FROM generate_series(1, %(many)s) AS n,
        LATERAL (SELECT CASE
            WHEN n %% 50 = 0 THEN 'not_understood_yet' WHEN n %% 333 = 0 THEN 'parked'
            ELSE 'understood'
        END AS state) AS _,
        LATERAL (SELECT timestamptz '2027-01-03' + n * interval '1 second' AS at) AS __
"""
CREDENTIALS: Final = """
    INSERT INTO accounts.credentials (
        email_digest, tenant_id, user_id, command_id, password_hash, reserved_at, active
    )
    SELECT sha256(int4send(n)), %(tenant)s, 'user-' || n, gen_random_uuid(), '-', now(), true
    FROM generate_series(1, %(many)s) AS n
"""
SESSIONS: Final = """
    INSERT INTO accounts.sessions (session_id, tenant_id, user_id, began_at, ended_at)
    SELECT 'session-' || n, %(tenant)s, 'user-' || n, timestamptz '2026-12-01',
        CASE WHEN n %% 2 = 0 THEN timestamptz '2026-12-02' END
    FROM generate_series(1, %(many)s) AS n
"""
TOKENS: Final = """
    INSERT INTO accounts.refresh_tokens (token_hash, session_id, issued_at, expires_at)
    SELECT sha256(int4send(n)), 'session-' || n, timestamptz '2026-12-01', timestamptz '2027-12-01'
    FROM generate_series(1, %(many)s) AS n
"""
COUNTED: Final = """
    INSERT INTO work.live_bookings (tenant_id, minute, partition, bookings)
    SELECT %(tenant)s, timestamptz '2026-12-01' + n * interval '1 minute', 0, 1
    FROM generate_series(1, %(many)s) AS n
"""
WEBHOOK: Final = """
    INSERT INTO work.webhooks (id, tenant_id, types, areas, active)
    VALUES ('webhook-endpoint-made', %(tenant)s, '{}', '{}', true)
"""
# Half of it has arrived, and the rest waits for days.
DELIVERIES: Final = """
    INSERT INTO work.webhook_deliveries (
        endpoint_id, position, mark, tenant_id, type, entity, sequence, state, next_at, settled_at
    )
    SELECT 'webhook-endpoint-made', -n, '-', %(tenant)s, 'made', 'booking-' || n %% 1000, n,
        CASE WHEN n %% 2 = 0 THEN 'pending' ELSE 'succeeded' END,
        timestamptz '2030-01-01' + n * interval '1 second',
        CASE WHEN n %% 2 > 0 THEN timestamptz '2027-01-03' END
    FROM generate_series(1, %(many)s) AS n
"""
