"""Orders are thought about while others are recorded, and what is recorded is as if each had waited."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from threading import Event
from typing import Any, Final
from uuid import uuid4

import pytest
from msgspec.structs import replace

from adapters.event_store.store import PostgresView
from application.dispatch import Dispatcher
from application.ports import About, Answer
from application.transact import Changes, Past, UseCase
from domain.messages import Command
from domain.people import clients
from domain.people.clients import (
    ClientNotFound,
    ClientRegistered,
    ClientStatus,
    ClientStatusChanged,
)
from domain.values import ClientId, Contact
from infra.composition import System
from infra.imports.in_turn import InTurn, Turn

pytestmark = pytest.mark.postgres

TENANT: Final = str(uuid4())
ZOE: Final = ClientId("client-0198c0de-0000-7000-8000-000000000001")
CLIENT: Final = replace(clients.CLIENT, contended=True)
NEXT: Final = {
    ClientStatus.LEAD: ClientStatus.ACTIVE,
    ClientStatus.ACTIVE: ClientStatus.INACTIVE,
    ClientStatus.INACTIVE: ClientStatus.LEAD,
}


class Register(Command, frozen=True):
    """Register Zoé."""


class Change(Command, frozen=True):
    """Let Zoé be what comes after what she is; `fails`: no."""

    fails: bool = False


def register(_: Register, past: Past) -> Changes:
    past.of(CLIENT, ZOE)
    registered = ClientRegistered(client_id=ZOE, contact=Contact("Zoé"), status=ClientStatus.LEAD)
    return {ZOE: [registered]}


def change(command: Change, past: Past) -> Changes:
    if command.fails:
        raise RuntimeError("broken")
    client = past.of(CLIENT, ZOE)
    if not client.exists:
        raise ClientNotFound
    changed = ClientStatusChanged(client_id=ZOE, previous=client.status, status=NEXT[client.status])
    return {ZOE: [changed]}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {Register: register, Change: change}


def about() -> About:
    return About(tenant=TENANT, actor="user-1", command_id=uuid4(), retried=True)


@pytest.fixture
def in_turn(system: System) -> InTurn:
    return InTurn(USE_CASES, system.store, system.database.at_work)


@pytest.fixture
def before() -> Iterator[Turn]:
    """One that is decided, and not recorded yet."""
    under_way = Turn(Event(), Future())
    under_way.decided.set()
    yield under_way
    under_way.answer.cancel()


def recorded(system: System) -> int:
    return len(system.store.history(TENANT, ZOE))


def test_each_is_decided_on_what_those_before_it_left(system: System, in_turn: InTurn) -> None:
    turns = [in_turn(Register(), about())]
    for _ in range(20):
        turns.append(in_turn(Change(), about(), turns[-1]))

    events = [past for each in turns for past in each.answer.result().recorded]

    assert [past.version for past in events] == [*range(1, 22)]
    assert recorded(system) == 21


def test_nothing_is_refused_for_what_those_before_it_are_about_to_change(
    system: System, in_turn: InTurn, before: Turn
) -> None:
    turn = in_turn(Change(), about(), before)
    turn.decided.wait()

    before.answer.set_result(Dispatcher(USE_CASES, system.store)(Register(), about()))

    assert [past.version for past in turn.answer.result().recorded] == [2]


def test_after_one_that_failed_nothing_is_recorded(system: System, in_turn: InTurn) -> None:
    first = in_turn(Register(), about())
    broken = in_turn(Change(fails=True), about(), first)
    last = in_turn(Change(), about(), broken)

    with pytest.raises(RuntimeError):
        last.answer.result()
    assert len(first.answer.result().recorded) == 1
    assert recorded(system) == 1


def test_whoever_waits_for_their_turn_lets_others_have_what_many_want(
    system: System, in_turn: InTurn, before: Turn
) -> None:
    turn = in_turn(Register(), about(), before)
    turn.decided.wait()

    with system.store.view(about()) as another:
        another.of(CLIENT, ZOE)
        assert isinstance(another, PostgresView)
        assert another.held

    before.answer.set_result(Answer(position=0, tenant_position=0, mark="", recorded=()))
    assert [past.version for past in turn.answer.result().recorded] == [1]
