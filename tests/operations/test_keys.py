"""Keys are rotated while everybody works: first known everywhere, then used; and one that a process
does not know harms only what needs it.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from adapters.accounts.tokens import names_of
from adapters.clock import SettableClock
from adapters.consumers import checkpoints
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.reader import head
from adapters.event_store.rotation import by_master_key
from adapters.running.roll import Ring
from infra.cli import app
from infra.composition import System, running_system
from infra.settings import Mode, Settings
from tests.running import Running

pytestmark = pytest.mark.postgres

OLD: Final = b"the master key that is there now"
NEW: Final = b"the master key that is to come!!"
OLD_NAME, NEW_NAME = MasterKeys([OLD, NEW]).names


@contextmanager
def process(
    dsn: str, clock: SettableClock, *ring: bytes, tenant: str | None = None
) -> Iterator[Running]:
    settings = Settings(mode=Mode.TEST, master_keys=ring)
    with (
        running_system(settings, dsn, clock=clock) as system,
        Running.of(system, clock, tenant) as running,
    ):
        yield running


def registered(running: Running, name: str) -> str:
    body = {"name": name, "email": f"{name.lower()}@mail.example"}
    answer = running.http().post("/v1/clients", json=body)
    assert answer.status_code == 201, answer.text
    client: str = answer.json()["id"]
    return client


def wrapped_by(system: System) -> set[str]:
    with system.database.as_worker() as connection:
        return set(by_master_key(connection))


def names_seen(running: Running) -> set[str]:
    return {each["name"] for each in running.http().get("/v1/clients").json()["data"]}


def test_a_new_master_key_is_not_used_before_every_process_knows_it(
    dsn: str, clock: SettableClock
) -> None:
    with (
        process(dsn, clock, OLD) as older,
        process(dsn, clock, NEW, OLD, tenant=older.tenant) as newer,
    ):
        registered(newer, "Zoe")
        assert wrapped_by(newer.system) == {OLD_NAME}

        older.settle()
        assert names_seen(older) == {"Zoe"}
    with process(dsn, clock, NEW, OLD, tenant=older.tenant) as newer:
        registered(newer, "Ada")

        assert wrapped_by(newer.system) == {OLD_NAME, NEW_NAME}


def test_it_is_used_as_soon_as_the_last_who_does_not_know_it_is_gone(
    dsn: str, clock: SettableClock
) -> None:
    with process(dsn, clock, OLD) as older, process(dsn, clock, NEW, OLD) as newer:
        older.system.roll.leave()
        newer.system.roll.call()

        registered(newer, "Zoe")

        assert wrapped_by(newer.system) == {NEW_NAME}


def test_tokens_are_signed_by_a_secret_that_every_process_knows(
    dsn: str, clock: SettableClock
) -> None:
    old, new = "an old secret of 32 characters!!", "a new secret of 32 characters!!!"
    used: list[int] = []

    ring = Ring("secret_keys", names_of([new, old]), used.append)
    ring.settle([names_of([old])])
    ring.settle([names_of([old, new])])

    assert used == [1, 0]


def test_a_master_key_that_a_process_lacks_harms_only_what_needs_it(
    dsn: str, clock: SettableClock
) -> None:
    """Nothing was done in two steps: the second process knows no key of the first."""
    with (
        process(dsn, clock, OLD) as here,
        process(dsn, clock, NEW, tenant=here.tenant) as there,
    ):
        hidden = registered(there, "Zoe")
        registered(here, "Ada")

        here.settle()

        assert names_seen(here) == {"Ada"}
        refused = here.http().get(f"/v1/clients/{hidden}")
        assert (refused.status_code, refused.json()["code"]) == (503, "not-readable-here")
        assert all(place == end(here.system) for place in standing(here.system))

        there.settle()
        assert names_seen(there) == {"Ada", "Zoe"}, "who has the key tries again by themselves"


def standing(system: System) -> list[int]:
    names = [each.name for each in system.consumers]
    with system.database.as_worker() as connection:
        return list(checkpoints.read(connection, names).values())


def end(system: System) -> int:
    with system.database.as_worker() as connection:
        return head(connection)


def encoded(*ring: bytes) -> str:
    return ",".join(base64.b64encode(key).decode() for key in ring)


def command(dsn: str, *arguments: str, ring: tuple[bytes, ...]) -> Any:
    environment = {"DATABASE_URL": dsn, "FRONTDESK_MODE": "demo"}
    environment |= {"MASTER_KEYS": encoded(*ring)} if ring else {}
    return CliRunner().invoke(app, list(arguments), env=environment)


def test_keys_are_not_wrapped_anew_while_a_process_does_not_know_the_new_one(
    dsn: str, clock: SettableClock
) -> None:
    with process(dsn, clock, OLD) as older:
        registered(older, "Zoe")

        refused = command(dsn, "rotate-keys", ring=(NEW, OLD))

        assert refused.exit_code == 3
        assert f"does not know the master key {NEW_NAME}" in refused.output
        assert wrapped_by(older.system) == {OLD_NAME}
    assert command(dsn, "rotate-keys", ring=(NEW, OLD)).exit_code == 0
    assert NEW_NAME in command(dsn, "keys", ring=(NEW, OLD)).output
