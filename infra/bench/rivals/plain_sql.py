#!/usr/bin/env python3
"""Rivals that are one statement: COPY to nowhere, GROUP BY, and sha256 of every row.

They tell how fast PostgreSQL alone can read a log, fold it, and hash it.
"""

import sys
from functools import cache

from psycopg import Connection, connect

from infra.bench.rounds import Tally, answer_rounds, timed

DSN = sys.argv[-1]

TABLES = """
    CREATE TABLE events (
        position    bigint PRIMARY KEY,
        stream      text COLLATE "C" NOT NULL,
        version     integer NOT NULL,
        type        text COLLATE "C" NOT NULL,
        data        json NOT NULL,
        metadata    json NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        hash        bytea NOT NULL,
        UNIQUE (stream, version)
    );
    CREATE TABLE bookings_view (
        booking_id      text PRIMARY KEY,
        client_id       text NOT NULL,
        professional_id text NOT NULL,
        starts_at       timestamptz NOT NULL,
        ends_at         timestamptz NOT NULL,
        status          text NOT NULL
    );
"""
FILL = """
    INSERT INTO events
    SELECT
        2 * booking + version - 2, stream, version,
        (ARRAY['booking-requested.v1', 'booking-confirmed.v1'])[version],
        json_build_object(
            'booking_id', stream,
            'client_id', 'client-' || md5((booking %% 1000)::text)::uuid,
            'professional_id', 'professional-' || md5((booking %% 100)::text)::uuid,
            'starts_at', timestamptz '2030-01-07 09:00Z' + booking %% 5000 * interval '30 min',
            'ends_at', timestamptz '2030-01-07 09:30Z' + booking %% 5000 * interval '30 min'
        ),
        json_build_object('event_id', md5(booking::text)::uuid, 'actor', 'user-1'),
        now(), sha256(int8send(booking))
    FROM generate_series(1, %s) AS booking, generate_series(1, 2) AS version,
        LATERAL (SELECT 'booking-0197f3a2-7c5e-7b1a-9d40-' || lpad(to_hex(booking), 12, '0')) _(stream)
    ORDER BY 1
"""
GROUP_BY = """
    INSERT INTO bookings_view
    SELECT
        stream, client_id, professional_id, starts_at, ends_at,
        CASE version WHEN 1 THEN 'requested' ELSE 'confirmed' END
    FROM (
        SELECT
            stream, max(version) AS version,
            any_value(data) FILTER (WHERE type = 'booking-requested.v1') AS data
        FROM events GROUP BY stream
    ),
    json_to_record(data) AS requested(
        client_id text, professional_id text, starts_at timestamptz, ends_at timestamptz
    )
"""
HASH = """
    SELECT count(sha256(hash || convert_to(
        position || stream || version || type || metadata::text || data::text, 'UTF8'
    ))) FROM events
"""


@cache
def filled(events: int) -> Connection:
    connection = connect(DSN, autocommit=True)
    connection.execute("DROP TABLE IF EXISTS events, bookings_view")
    connection.execute(TABLES)
    connection.execute(FILL, (events // 2,))
    connection.execute("VACUUM ANALYZE events")
    return connection


def copy(*, events: int) -> Tally:
    def read_all() -> int:
        with filled(events).cursor() as cursor:
            with cursor.copy("COPY events TO STDOUT") as rows:
                for _ in rows:
                    pass
            return cursor.rowcount

    return timed(read_all)


def group(*, events: int) -> Tally:
    connection = filled(events)
    connection.execute("TRUNCATE bookings_view")
    return timed(lambda: connection.execute(GROUP_BY).rowcount and events)


def hash_rows(*, events: int) -> Tally:
    connection = filled(events)
    return timed(lambda: connection.execute(HASH).rowcount and events)


if __name__ == "__main__":
    answer_rounds({"copy": copy, "group": group, "hash": hash_rows})
