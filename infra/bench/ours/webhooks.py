"""Ours: what happened is told to endpoints, each event signed twice, and written down when it has arrived.

What is timed is the sending alone: what happened is recorded, and found out who is to be told, before.
"""

import sys
import time
from collections.abc import Sequence
from itertools import count
from typing import Any, Final
from uuid import uuid4

import structlog

from adapters.clock import system_clock
from application.ports import About
from domain.business.webhooks import WEBHOOKS, WebhookEndpoint
from domain.catalogue import BY_NAME
from domain.messages import Value
from domain.records import CreateRecord, Kind
from infra.bench.http_server import free_port, serving
from infra.bench.ours.history import TENANT
from infra.bench.ours.system import DSN
from infra.bench.receivers import ADDRESS, HANGS, PROGRAM
from infra.bench.rounds import Tally, answer_rounds, timed
from infra.composition import System, running_system
from infra.migrate import migrate
from infra.settings import read_settings

LEFT: Final = """
    SELECT count(*) FROM work.webhook_deliveries delivery
    JOIN work.webhooks endpoint ON endpoint.id = endpoint_id
    WHERE state = 'pending' AND areas = ARRAY[%s] AND NOT endpoint_id = ANY(%s)
"""
PATIENCE: Final = 120.0

numbers = count()
hanging: Final[dict[str, list[str]]] = {}
"""Those who hang, by what they are told of."""


def deliver(composed: System, port: int, *, endpoints: int, hang: int, events: int) -> Tally:
    """Have so many events arrive at all endpoints that do not hang."""
    kind = BY_NAME["department" if hang else "message-template"]
    if kind.one not in hanging:
        hanging[kind.one] = opened(composed, port, kind.one, endpoints, hang)
    for _ in range(events):
        number = next(numbers)
        make(composed, kind, f"{kind.one}-{uuid4()}", values(kind, number))
    composed.runner.catch_up()
    return timed(lambda: sent(composed, kind.one) and events * (endpoints - hang))


def sent(composed: System, area: str) -> bool:
    """Ring, and wait until nothing is left."""
    until = time.monotonic() + PATIENCE
    composed.advanced.ring()
    with composed.database.as_worker() as connection:
        while connection.execute(LEFT, (area, hanging[area])).fetchone() != (0,):
            if time.monotonic() > until:
                raise TimeoutError(area)
            time.sleep(0.05)
    return True


def opened(composed: System, port: int, area: str, endpoints: int, hang: int) -> list[str]:
    """Make so many endpoints; return those who hang."""
    ids = [f"{WEBHOOKS.one}-{uuid4()}" for _ in range(endpoints)]
    for number, id_ in enumerate(ids):
        path = f"{HANGS if number < hang else '/answers'}/{number}"
        endpoint = WebhookEndpoint(url=f"http://{ADDRESS}:{port}{path}", areas=(area,))
        make(composed, WEBHOOKS, id_, endpoint)
    return ids[:hang]


def make(composed: System, kind: Kind[Any], id_: str, said: Value) -> None:
    about = About(tenant=TENANT, actor="user-1", command_id=uuid4())
    composed.dispatch(CreateRecord(kind=kind.one, id=id_, values=said), about)


def values(kind: Kind[Any], number: int) -> Value:
    """Return something that no other record of the kind has."""
    first: Any = kind.examples[0]
    unique: Sequence[str] = [field for each in kind.unique for field in each.fields]
    said = {name: getattr(first, name) for name in first.__struct_fields__}
    found: Value = type(first)(**said | dict.fromkeys(unique, f"{kind.one}-{number}"))
    return found


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    port = free_port()
    settings = read_settings(
        {
            "OUTGOING_PORTS": str(port),
            "OUTGOING_PLAIN_HTTP": "true",
            "OUTGOING_NETWORKS": f"{ADDRESS}/32",
        }
    )
    migrate(DSN)
    with (
        running_system(settings, DSN, models=(), reactions=(), clock=system_clock) as composed,
        serving(port, [*PROGRAM, str(port)]),  # ends first, and nobody waits for those who hang
    ):
        composed.beside("webhooks", composed.sender.run)

        def work(**order: int) -> Tally:
            return deliver(composed, port, **order)

        answer_rounds({"deliver": work})
