#!/usr/bin/env python3
"""Rival: an outbox as it is often written. A row for each delivery, a pool of threads that take one after the other
(SKIP LOCKED), sign it once, send it over a connection that is kept, and write down that it has arrived.
"""

import hmac
import json
import sys
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from uuid import uuid4

from psycopg import Connection, connect

from infra.bench.http_server import free_port, serving
from infra.bench.receivers import ADDRESS, PROGRAM
from infra.bench.rounds import Tally, answer_rounds, timed

DSN = sys.argv[-1]
THREADS = 32
SECRET = b"a secret of twenty-four bytes"

TABLE = """
    CREATE TABLE IF NOT EXISTS deliveries (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event uuid NOT NULL, path text NOT NULL,
        body text NOT NULL, delivered_at timestamptz
    );
    CREATE INDEX IF NOT EXISTS pending ON deliveries (id) WHERE delivered_at IS NULL
"""
FILL = "INSERT INTO deliveries (event, path, body) SELECT %s, '/answers/' || n, %s FROM generate_series(1, %s) n"
TAKE = """
    SELECT id, event::text, path, body FROM deliveries WHERE delivered_at IS NULL
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
DONE = "UPDATE deliveries SET delivered_at = now() WHERE id = %s"


def deliver(port: int, *, endpoints: int, events: int, **_: int) -> Tally:
    with connect(DSN, autocommit=True) as connection:
        connection.execute(TABLE)
        for number in range(events):
            said = {"id": number, "title": "How long it takes", "text": "About an hour."}
            body = {"type": "message-template.created", "timestamp": time.time(), "data": said}
            connection.execute(FILL, (uuid4(), json.dumps(body), endpoints))

    def drain() -> int:
        with ThreadPoolExecutor(THREADS) as pool:
            return sum(pool.map(lambda _: _sent(port), range(THREADS)))

    return timed(drain)


def _sent(port: int) -> int:
    """Send until nothing is left; return how many that were."""
    http, done = HTTPConnection(ADDRESS, port, timeout=30), 0
    with connect(DSN, autocommit=True) as connection:
        while _send_one(connection, http):
            done += 1
    http.close()
    return done


def _send_one(connection: Connection, http: HTTPConnection) -> bool:
    with connection.transaction():
        row = connection.execute(TAKE, prepare=True).fetchone()
        if row is None:
            return False
        id_, event, path, body = row
        at = str(int(time.time()))
        signed = hmac.digest(SECRET, f"{event}.{at}.{body}".encode(), "sha256")
        headers = {
            "content-type": "application/json",
            "webhook-id": event,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{b64encode(signed).decode()}",
        }
        http.request("POST", path, body, headers)
        http.getresponse().read()
        connection.execute(DONE, (id_,), prepare=True)
    return True


if __name__ == "__main__":
    port = free_port()
    with serving(port, [*PROGRAM, str(port)]):
        answer_rounds({"deliver": lambda **order: deliver(port, **order)})
