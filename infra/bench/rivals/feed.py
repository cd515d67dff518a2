#!/usr/bin/env python3
"""Lets many listen to one of the rivals: `feed.py pubsub DSN`, `feed.py echo DSN`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from psycopg import connect

from infra.bench.http_load import request
from infra.bench.http_server import free_port, serving
from infra.bench.listening import Ear, Ears, Mouth, by_http, room_for_many
from infra.bench.rounds import Tally, answer_rounds
from infra.bench.tokens import TENANT, token
from infra.servers.redis import running_redis

RIVAL, DSN = sys.argv[-2:]
HEADERS = {"Authorization": f"Bearer {token()}"}
LIVE = b'{"live"'
FILLED = """
    INSERT INTO said (id, tenant_id, text)
    SELECT gen_random_uuid(), %s, 'Is eleven o''clock fine, too? ' || n
    FROM generate_series(1, %s) AS n
"""

port = free_port()
filled: list[int] = []
ears = Ears(
    port,
    lambda _: ("/listen", {}),
    live=LIVE,
    asking=by_http if RIVAL == "pubsub" else Mouth,
)


def latency(*, listeners: int, seconds: float) -> Tally:
    command = posted if RIVAL == "pubsub" else str.encode
    return ears.measure(command, listeners=listeners, seconds=seconds)


def posted(word: str) -> bytes:
    return request("POST", "/messages", HEADERS, {"text": f"Is eleven o'clock fine, too? {word}"})


def resume(*, events: int) -> Tally:
    """Come back after so many rows, and hear them all."""
    if not filled:
        filled.append(events)
        with connect(DSN, autocommit=True) as connection:
            connection.execute("TRUNCATE said RESTART IDENTITY")
            connection.execute(FILLED, (TENANT, events))
            connection.execute("VACUUM ANALYZE said")
    began = perf_counter()
    ear = Ear(port, f"/listen?after=0&tenant={TENANT}", {})
    with ear.socket:
        heard = ear.until(LIVE) - 1
    assert heard == events, heard
    return Tally(operations=heard, seconds=perf_counter() - began)


@contextmanager
def rival() -> Iterator[int]:
    if RIVAL == "echo":
        with serving(port, ["-m", "infra.bench.rivals.websockets_echo", str(port)]) as process:
            yield process
        return
    with running_redis() as redis:
        program = ["-m", "infra.bench.rivals.pubsub_api", str(port), redis.url, DSN]
        with serving(port, program) as process:
            yield process


if __name__ == "__main__":
    room_for_many()
    with rival() as process:
        answer_rounds({"latency": latency, "resume": resume}, [process])
