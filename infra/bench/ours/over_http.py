"""Ours: `frontdesk serve`, one API process, and `frontdesk work` beside it, which keeps up.

Everything is on: a token, validation, an idempotency key, the agenda, events, hashes, read models.
"""

import sys
from collections.abc import Callable
from itertools import count, cycle
from operator import call
from time import perf_counter, sleep
from typing import Any, Final
from uuid import uuid4

from psycopg import Connection, connect

from infra.bench import callbacks
from infra.bench.http_load import load, request
from infra.bench.http_server import free_port, running_beside, serving
from infra.bench.ours.growth import grow, project
from infra.bench.ours.history import TENANT, fill, numbered, settle
from infra.bench.ours.salon import CLIENTS, SERVICE, conversation, open_salon, token
from infra.bench.ours.system import DSN, FRONTDESK, SERVED, system
from infra.bench.rounds import Tally, Work, answer_rounds
from infra.bench.slots import PROFESSIONALS, next_monday, slot
from projections import READ_MODELS

ENVIRONMENT: Final = {
    **SERVED,
    "INBOUND_SECRETS": f"{TENANT}/whatsapp={callbacks.SECRET.decode().replace(',', '%2C')}",
}
MONDAY: Final = next_monday()
PREPARED: Final = 10_000
"""How many bookings there are to get and list: `history` makes them confirmed, and long ago."""

PATIENCE: Final = 120
HEARD: Final = "SELECT count(*) FROM live.traffic WHERE tenant_id = %s AND is_theirs"
WAITING: Final = "SELECT FROM work.receipts WHERE state = 'waiting' LIMIT 1"

EVENTS, TENANTS = map(int, sys.argv[1:-1] or (0, 0))
"""Of a log that has grown before any of this, if it has."""

port = free_port()
numbers = count()
headers: dict[str, str] = {}


def create(*, connections: int, seconds: float) -> Tally:
    return load(port, next_create, connections=connections, seconds=seconds, status=201)


def get(*, connections: int, seconds: float) -> Tally:
    return load(port, next_get, connections=connections, seconds=seconds)


def list_50(*, connections: int, seconds: float) -> Tally:
    return load(port, next_list, connections=connections, seconds=seconds)


def take(*, connections: int, seconds: float) -> Tally:
    """Take calls of a provider, each kept when it is answered; they are understood beside."""
    return load(port, next_call, connections=connections, seconds=seconds)


def hear(*, connections: int, seconds: float, people: int) -> Tally:
    """Take messages that people write, until each is in its conversation: as long as calls come, and then until
    nothing of them is left.
    """
    with connect(DSN, autocommit=True) as connection:
        _wait_until(lambda: not _waiting(connection))
        before, began = _heard(connection), perf_counter()
        taken = load(port, lambda: _written(people), connections=connections, seconds=seconds)
        _wait_until(lambda: _heard(connection) >= before + taken.operations)
    return Tally(operations=taken.operations, seconds=perf_counter() - began)


def _written(people: int) -> bytes:
    return callbacks.call(f"/v1/inbound/{TENANT}/whatsapp", next(numbers), people=people)


def _heard(connection: Connection[Any]) -> int:
    """Return how many messages are shown in conversations on WhatsApp."""
    found = connection.execute(HEARD, (TENANT,)).fetchone()
    return int(found[0]) if found else 0


def _waiting(connection: Connection[Any]) -> bool:
    return bool(connection.execute(WAITING).fetchone())


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = perf_counter() + PATIENCE
    while not is_so():
        if perf_counter() > until:
            raise TimeoutError
        sleep(0.01)


def alternate(*, connections: int, seconds: float) -> Tally:
    """Create and get, by turns."""
    turns = map(call, cycle([next_create, next_get]))
    return load(port, turns.__next__, connections=connections, seconds=seconds, status=20)


def say(*, connections: int, seconds: float) -> Tally:
    """Say something in conversations with as many clients, one after the other."""
    return load(port, next_say, connections=connections, seconds=seconds, status=201)


def next_say() -> bytes:
    number = next(numbers)
    once = {**headers, "Idempotency-Key": str(uuid4())}
    where = f"/v1/threads/{conversation(number % CLIENTS)}/messages"
    return request("POST", where, once, {"text": f"Is eleven o'clock fine, too? {number}"})


def next_create() -> bytes:
    number = next(numbers)
    professional, starts_at, _ = slot(number, MONDAY)
    asked = {
        "professional_id": numbered("professional", professional),
        "service_id": SERVICE,
        "client_id": numbered("client", number % CLIENTS),
        "starts_at": starts_at.isoformat(),
    }
    once = {**headers, "Idempotency-Key": str(uuid4())}
    return request("POST", "/v1/bookings", once, asked)


def next_call() -> bytes:
    return callbacks.call(f"/v1/inbound/{TENANT}/whatsapp", next(numbers))


def next_get() -> bytes:
    booking = numbered("booking", EVENTS + next(numbers) % PREPARED)
    return request("GET", f"/v1/bookings/{booking}", headers)


def next_list() -> bytes:
    professional = numbered("professional", next(numbers) % PROFESSIONALS)
    asked = f"professional_id={professional}&status=confirmed&limit=50"
    return request("GET", f"/v1/bookings?{asked}", headers)


def prepare() -> str:
    """Make the business and its bookings; return the owner's token."""
    with (
        system(*READ_MODELS) as composed,
        composed.database.connect(None, "frontdesk bench") as connection,
    ):
        if EVENTS:
            grow(connection, events=EVENTS, tenants=TENANTS)
            project(composed, connection)
        open_salon(composed)
        fill(connection, 2 * PREPARED, begin=EVENTS)
        composed.runner.catch_up()
        settle(connection)
        return token(composed)


if __name__ == "__main__":
    headers["Authorization"] = f"Bearer {prepare()}"
    with (
        serving(port, [*FRONTDESK, "serve", "--port", str(port)], ENVIRONMENT) as api,
        running_beside([*FRONTDESK, "work"], ENVIRONMENT) as work,
    ):
        works: dict[str, Work] = {
            "create": create,
            "get": get,
            "list": list_50,
            "take": take,
            "say": say,
            "hear": hear,
        }
        answer_rounds({**works, "alternate": alternate}, [api, work])
