"""Ours: `frontdesk serve`, one API process, and as many as are wanted who listen to the feed by WebSocket.

What is said in a conversation is heard by all who work there. Nobody may listen fifty times, so they are many.
"""

from datetime import timedelta
from itertools import count
from time import perf_counter
from typing import Final
from uuid import uuid4

from psycopg import connect

from adapters.accounts.tokens import AccessTokens
from application.permissions import Principal, permissions_of
from application.ports import About
from domain.business.users import AddUser, Role
from domain.values import TenantId, UserId
from infra.bench.http_load import request
from infra.bench.http_server import free_port, serving
from infra.bench.listening import Ear, Ears, room_for_many
from infra.bench.ours.history import TENANT, fill, numbered, settle
from infra.bench.ours.salon import CLIENTS, OWNER, conversation, open_salon, token
from infra.bench.ours.system import DSN, FRONTDESK, SERVED, system
from infra.bench.rounds import Tally, answer_rounds
from infra.composition import System

PATH: Final = "/v1/feed/ws"
SUBSCRIBE: Final = b'{"subscribe":{}}'
LIVE: Final = b'{"live"'
OF_ONE: Final = 50
"""Who listens more often than that in one process is refused."""

PEOPLE: Final = 110
ENVIRONMENT: Final = {**SERVED, "MOST_CONNECTIONS": "6000"}

port = free_port()
numbers = count()
tokens: list[str] = []
filled: list[int] = []
"""Events that were there before anybody listened."""


def address(number: int) -> tuple[str, dict[str, str]]:
    return PATH, {"Authorization": f"Bearer {tokens[1 + number // OF_ONE]}"}


ears = Ears(port, address, subscribe=SUBSCRIBE, live=LIVE)


def latency(*, listeners: int, seconds: float) -> Tally:
    return ears.measure(command, listeners=listeners, seconds=seconds)


def command(word: str) -> bytes:
    headers = {"Authorization": f"Bearer {tokens[0]}", "Idempotency-Key": str(uuid4())}
    where = f"/v1/threads/{conversation(next(numbers) % CLIENTS)}/messages"
    return request("POST", where, headers, {"text": f"Is eleven o'clock fine, too? {word}"})


def resume(*, events: int) -> Tally:
    """Come back after so many events, and hear them all."""
    while sum(filled) < events:
        with connect(DSN, autocommit=True) as connection:
            fill(connection, events, begin=10_000)
            settle(connection)
        filled.append(events)
    began = perf_counter()
    ear = Ear(port, *address(OF_ONE * (PEOPLE - 2)))
    with ear.socket:
        ear.say(b'{"subscribe":{"areas":["booking"]},"after":"0"}')
        heard = ear.until(LIVE) - 2  # what is replayed, and that it was
    assert heard == events, heard
    return Tally(operations=heard, seconds=perf_counter() - began)


def prepare() -> None:
    with system() as composed:
        open_salon(composed)
        tokens.append(token(composed))
        tokens.extend(_employed(composed, number) for number in range(1, PEOPLE))


def _employed(composed: System, number: int) -> str:
    """Let somebody work there; return their access token."""
    user, role = UserId(numbered("user", number)), Role.FRONT_DESK
    order = AddUser(
        tenant_id=TenantId(TENANT),
        user_id=user,
        name=f"Person {number}",
        email=f"person-{number}@salon.example",
        roles=(role,),
    )
    composed.dispatch(order, About(tenant=TENANT, actor=OWNER, command_id=uuid4()))
    issuing = AccessTokens(composed.settings.secret_keys, composed.clock, timedelta(days=1))
    return issuing.issue(
        Principal(
            tenant_id=TenantId(TENANT),
            user_id=user,
            roles=(role,),
            permissions=permissions_of((role,)),
            session_id=str(uuid4()),
        )
    )


if __name__ == "__main__":
    room_for_many()
    prepare()
    with serving(port, [*FRONTDESK, "serve", "--port", str(port)], ENVIRONMENT) as api:
        answer_rounds({"latency": latency, "resume": resume}, [api])
