#!/usr/bin/env python3
"""Rival: an outbox as it is often written, with order in each conversation. A row for each message, threads that take
the first that waits of a conversation in which nobody sends (an advisory lock), give it to the provider over a
connection that is kept, and write down under which name it was taken.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import count
from typing import Any

from psycopg import Connection, connect

from adapters.jobs.lanes import AT_ONCE
from infra.bench.cloud import PROGRAM
from infra.bench.http_server import free_port, serving
from infra.bench.receivers import ADDRESS
from infra.bench.rounds import Tally, answer_rounds, timed

DSN = sys.argv[-1]
THREADS = AT_ONCE["messages"]
TOKEN = "a secret that is long enough"  # noqa: S105

TABLE = """
    CREATE TABLE IF NOT EXISTS outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, conversation int NOT NULL, text text NOT NULL,
        status text NOT NULL DEFAULT 'queued', wamid text UNIQUE, sent_at timestamptz
    );
    CREATE INDEX IF NOT EXISTS waiting ON outbox (conversation, id) WHERE status = 'queued'
"""
FILL = """
    INSERT INTO outbox (conversation, text)
    SELECT conversation, %s FROM generate_series(1, %s) conversation
"""
TAKE = """
    SELECT id, conversation, text FROM (
        SELECT DISTINCT ON (conversation) id, conversation, text FROM outbox WHERE status = 'queued'
        ORDER BY conversation, id
    ) first_of_each ORDER BY id
"""
LOCK = "SELECT pg_try_advisory_xact_lock(%s)"
FIRST = "SELECT min(id) FROM outbox WHERE conversation = %s AND status = 'queued'"
DONE = "UPDATE outbox SET status = 'sent', wamid = %s, sent_at = now() WHERE id = %s"

numbers = count(1)


def carry(port: int, *, conversations: int, messages: int) -> Tally:
    with connect(DSN, autocommit=True) as connection:
        connection.execute(TABLE)
        for _ in range(messages):
            connection.execute(FILL, (str(next(numbers)), conversations))

    def drain() -> int:
        with ThreadPoolExecutor(THREADS) as pool:
            return sum(pool.map(lambda _: _sent(port), range(THREADS)))

    return timed(drain)


def _sent(port: int) -> int:
    """Send until nothing is left; return how many that were."""
    http, done = HTTPConnection(ADDRESS, port, timeout=30), 0
    with connect(DSN, autocommit=True) as connection:
        while (sent := _send_one(connection, http)) is not None:
            done += sent
    http.close()
    return done


def _send_one(connection: Connection[Any], http: HTTPConnection) -> int | None:
    """Return whether one was sent; None where nothing is left."""
    with connection.transaction():
        first = connection.execute(TAKE, prepare=True).fetchall()
        if not first:
            return None
        for id_, conversation, text in first:
            if connection.execute(LOCK, (conversation,)).fetchone() != (True,):
                continue
            if connection.execute(FIRST, (conversation,), prepare=True).fetchone() == (id_,):
                connection.execute(DONE, (_given(http, conversation, text), id_), prepare=True)
                return 1
    return 0


def _given(http: HTTPConnection, conversation: int, text: str) -> str:
    said = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"33700{conversation:06}",
        "type": "text",
        "text": {"body": text, "preview_url": False},
    }
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    http.request("POST", "/v23.0/1/messages", json.dumps(said), headers)
    answer = http.getresponse()
    if answer.status != 200:
        raise RuntimeError(answer.status)
    return str(json.loads(answer.read())["messages"][0]["id"])


if __name__ == "__main__":
    port = free_port()
    with serving(port, [*PROGRAM, str(port)]):
        answer_rounds({"carry": lambda **order: carry(port, **order)})
