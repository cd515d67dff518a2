#!/usr/bin/env python3
"""Makes requests to one of the rivals' APIs: `over_http.py crud_api DSN`."""

import sys
from hashlib import md5
from itertools import count
from pathlib import Path
from uuid import UUID

from psycopg import connect

from infra.bench import callbacks
from infra.bench.http_load import load, request
from infra.bench.http_server import free_port, serving
from infra.bench.rounds import Tally, Work, answer_rounds
from infra.bench.slots import next_monday, slot
from infra.bench.tokens import token

API, DSN = sys.argv[-2:]
FOLDER = Path(__file__).parent
HEADERS = {"Authorization": f"Bearer {token()}"}
MONDAY = next_monday()
PREPARED = 10_000
"""How many bookings `bookings.sql` has made."""

port = free_port()
numbers = count()


def create(*, connections: int, seconds: float) -> Tally:
    return load(port, next_create, connections=connections, seconds=seconds, status=201)


def get(*, connections: int, seconds: float) -> Tally:
    return load(port, next_get, connections=connections, seconds=seconds)


def list_50(*, connections: int, seconds: float) -> Tally:
    return load(port, next_list, connections=connections, seconds=seconds)


def take(*, connections: int, seconds: float) -> Tally:
    return load(port, next_call, connections=connections, seconds=seconds)


def hear(*, connections: int, seconds: float, people: int) -> Tally:
    """Take messages that people write: each is in its conversation when its call is answered."""

    def written() -> bytes:
        return callbacks.call("/inbound/whatsapp", next(numbers), people=people)

    return load(port, written, connections=connections, seconds=seconds)


def say(*, connections: int, seconds: float) -> Tally:
    return load(port, next_say, connections=connections, seconds=seconds, status=201)


def next_say() -> bytes:
    number = next(numbers)
    said = {"text": f"Is eleven o'clock fine, too? {number}"}
    return request("POST", f"/threads/{_uuid(f'thread {number % 200}')}/messages", HEADERS, said)


def next_call() -> bytes:
    return callbacks.call("/inbound/whatsapp", next(numbers))


def next_create() -> bytes:
    number = next(numbers)
    professional, starts_at, ends_at = slot(number, MONDAY)
    asked = {
        "professional_id": professional,
        "client_id": _uuid(f"client {number % 1000}"),
        "service_id": _uuid("service"),
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "notes": "Prefers the chair by the window.",
    }
    return request("POST", "/bookings", HEADERS, asked)


def next_get() -> bytes:
    number = next(numbers) % PREPARED
    return request("GET", f"/bookings/{_uuid(f'booking {number}')}", HEADERS)


def next_list() -> bytes:
    asked = f"professional_id={next(numbers) % 200}&status=confirmed&limit=50"
    return request("GET", f"/bookings?{asked}", HEADERS)


def _uuid(text: str) -> str:
    """As `bookings.sql` makes them."""
    return str(UUID(md5(text.encode(), usedforsecurity=False).hexdigest()))


if __name__ == "__main__":
    with connect(DSN) as connection:
        connection.execute((FOLDER / "bookings.sql").read_bytes())
    with serving(port, ["-m", f"infra.bench.rivals.{API}", str(port), DSN]) as process:
        works: dict[str, Work] = {
            "create": create,
            "get": get,
            "list": list_50,
            "take": take,
            "say": say,
            "hear": hear,
        }
        answer_rounds(works, [process])
