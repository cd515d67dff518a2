"""Orders are thought about while others are recorded, and what is recorded is as if each had waited."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import pytest

from application.ports import About
from application.transact import Changes, Past, UseCase
from domain.messages import Command
from domain.people.clients import CLIENT, ClientRegistered, ClientStatus, ClientStatusChanged
from domain.values import ClientId, Contact
from infra.composition import System
from infra.imports.in_turn import InTurn

pytestmark = pytest.mark.postgres

TENANT: Final = str(uuid4())
ZOE: Final = ClientId("client-0198c0de-0000-7000-8000-000000000001")
NEXT: Final = {
    ClientStatus.LEAD: ClientStatus.ACTIVE,
    ClientStatus.ACTIVE: ClientStatus.INACTIVE,
    ClientStatus.INACTIVE: ClientStatus.LEAD,
}


class Turn(Command, frozen=True):
    """Register Zoé, or let her be what comes after what she is; `fails`: no."""

    fails: bool = False


def turned(command: Turn, past: Past) -> Changes:
    if command.fails:
        raise RuntimeError("broken")
    client = past.of(CLIENT, ZOE)
    if not client.exists:
        registered = ClientRegistered(
            client_id=ZOE, contact=Contact("Zoé"), status=ClientStatus.LEAD
        )
        return {ZOE: [registered]}
    changed = ClientStatusChanged(client_id=ZOE, previous=client.status, status=NEXT[client.status])
    return {ZOE: [changed]}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {Turn: turned}


def about() -> About:
    return About(tenant=TENANT, actor="user-1", command_id=uuid4(), retried=True)


def test_each_is_decided_on_what_those_before_it_left(system: System) -> None:
    in_turn = InTurn(USE_CASES, system.store, system.database.at_work)
    answers = [in_turn(Turn(), about())]
    for _ in range(20):
        answers.append(in_turn(Turn(), about(), answers[-1]))

    recorded = [past for each in answers for past in each.result().recorded]

    assert [past.version for past in recorded] == [*range(1, 22)]
    assert len(system.store.history(TENANT, ZOE)) == 21


def test_after_one_that_failed_nothing_is_recorded(system: System) -> None:
    in_turn = InTurn(USE_CASES, system.store, system.database.at_work)
    first = in_turn(Turn(), about())
    broken = in_turn(Turn(fails=True), about(), first)
    last = in_turn(Turn(), about(), broken)

    with pytest.raises(RuntimeError):
        last.result()
    assert len(first.result().recorded) == 1
    assert len(system.store.history(TENANT, ZOE)) == 1
