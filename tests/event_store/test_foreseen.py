"""What is going to be looked at is read at once, and is what it would be if it was read one by one."""

from typing import Any, Final
from uuid import uuid4

import pytest

from adapters.event_store import reader
from application.ports import About
from domain.people.clients import CLIENT, Client, EraseClient, RegisterClient
from domain.values import ClientId, Contact
from infra.composition import System

pytestmark = pytest.mark.postgres

TENANT: Final = str(uuid4())
NAMES: Final = ("Ana", "Bo", "Zoé")


def about() -> About:
    return About(tenant=TENANT, actor="user-1", command_id=uuid4())


@pytest.fixture
def clients(system: System) -> list[ClientId]:
    """Three who are there, the second of whom was erased, and one who is not."""
    ids = [ClientId(f"client-{uuid4()}") for _ in range(4)]
    for id_, name in zip(ids, NAMES, strict=False):
        contact = Contact(name=name, email=f"{name}@example.org")
        system.dispatch(RegisterClient(client_id=id_, contact=contact), about())
    system.dispatch(EraseClient(client_id=ids[1]), about())
    return ids


def forget(system: System, clients: list[ClientId]) -> None:
    for each in clients:
        system.store._memory.forget((TENANT, each))


def looked_at(system: System, clients: list[ClientId], *, foreseen: bool) -> list[tuple[Any, int]]:
    forget(system, clients)
    with system.store.view(about()) as view:
        if foreseen:
            view.foresee(CLIENT, clients)
        states = [view.of(CLIENT, each) for each in clients]
        return list(zip(states, view.seen.values(), strict=True))


def test_what_is_foreseen_is_as_it_is(system: System, clients: list[ClientId]) -> None:
    found = looked_at(system, clients, foreseen=True)

    assert found == looked_at(system, clients, foreseen=False)
    assert [state.contact and state.contact.name for state, _ in found] == [
        "Ana",
        None,
        "Zoé",
        None,
    ]
    assert found[-1] == (Client(), 0)


def test_what_is_too_much_at_once_is_read_when_it_is_looked_at(
    system: System, clients: list[ClientId], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STREAMS", reader.STREAMS.replace(f"{reader.MOST_BYTES}", "1"))

    found = looked_at(system, clients, foreseen=True)

    assert found == looked_at(system, clients, foreseen=False)
