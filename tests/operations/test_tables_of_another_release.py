"""A newer release renews a read model: the older one leaves it alone for as long as that one is there, and
has its own again when one goes back.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Final

import msgspec
import pytest

from adapters.consumers import checkpoints
from adapters.read_models.parked import retry
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.renewal import Standing, standing
from adapters.read_models.switch import switch_back
from adapters.running.releases import dangers
from adapters.running.roll import GONE
from application.ports import NotReadableHere
from infra.composition import System, catalogue, running_system
from infra.migrate import migrations
from projections import READ_MODELS
from projections.read_model import ReadModel
from projections.scheduling.bookings import BOOKINGS
from tests.jobs.examples import ManualSeconds
from tests.operations.releases import places, runner_of
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

RENEWED: Final = msgspec.structs.replace(BOOKINGS, version=BOOKINGS.version + 1)
NEWER: Final = tuple(RENEWED if model is BOOKINGS else model for model in READ_MODELS)
TABLE: Final = f"live.bookings.v{RENEWED.version}"


@pytest.fixture
def start(dsn: str, clock: Any, settings: Any) -> Iterator[Callable[..., Running]]:
    """Start a process of a release, for one business."""
    with ExitStack() as stack:
        tenants: list[str] = []

        def start(models: Sequence[ReadModel] = READ_MODELS) -> Running:
            composed = running_system(settings, dsn, clock=clock, models=models)
            system = stack.enter_context(composed)
            tenant = tenants[0] if tenants else None
            running = stack.enter_context(Running.of(system, clock, tenant))
            tenants.append(running.tenant)
            return running

        yield start


@contextmanager
def newer(start: Callable[..., Running]) -> Iterator[Running]:
    """A newer release, that has renewed the table."""
    running = start(NEWER)
    running.settle()
    yield running
    running.system.roll.leave()


def shown(running: Running) -> int:
    return len(running.http().get("/v1/bookings").json()["data"])


def look_after(running: Running, seconds: ManualSeconds) -> None:
    """What the older process does now and then: see who is there, and take over what is left."""
    running.system.roll.call()
    renewal = replace(running.system.renewal, seconds=seconds)
    renewal.take_over()
    renewal.run(running.system.stop)


def a_while_passes(running: Running) -> None:
    seconds = ManualSeconds()
    look_after(running, seconds)
    seconds.now += GONE.total_seconds()
    look_after(running, seconds)


def told(running: Running) -> list[str]:
    names = [each.name for each in migrations()]
    with running.system.database.connect(None, "a test") as connection:
        return list(dangers(connection, catalogue(), names))


def standing_of(running: Running, model: Any) -> Standing:
    with running.system.database.as_worker() as connection:
        return standing(connection, model)


def test_one_who_goes_back_is_told_before(start: Callable[..., Running]) -> None:
    older = start()
    assert told(older) == []
    with newer(start):
        pass

    [danger] = told(older)

    assert danger.startswith(f"bookings is kept in version {RENEWED.version}")
    assert "frontdesk rebuild bookings --back" in danger


def test_what_one_is_told_to_do_helps(start: Callable[..., Running]) -> None:
    older = start()
    salon = Salon.opened(older)
    older.settle()
    with newer(start):
        salon.book(older.http())

    rebuilder = Rebuilder(database=older.system.database, reader=older.system.reader)
    switch_back(rebuilder, BOOKINGS)

    assert told(older) == []
    assert shown(older) == 1


def test_until_then_it_is_said_that_the_table_stands_still(start: Callable[..., Running]) -> None:
    older = start()
    salon = Salon.opened(older)
    with newer(start):
        pass
    salon.book(older.http())

    older.settle()

    health = older.http().get("/v1/health").json()
    assert (health["status"], health["cannot_read"]) == ("degraded", [TABLE])
    consumers = older.http().get("/v1/status").json()["consumers"]
    [bookings] = [each for each in consumers if each["consumer"] == "bookings"]
    assert bookings["waits_for"] == bookings["shape"]
    assert bookings["lag_events"] > 0


def test_when_nobody_of_the_newer_is_there_any_more_the_older_has_its_own_table_again(
    start: Callable[..., Running],
) -> None:
    older = start()
    salon = Salon.opened(older)
    with newer(start):
        pass
    salon.book(older.http())
    zoe = older.http().post("/v1/clients", json={"name": "Zoe", "email": "z@x.example"}).json()
    older.settle()
    assert shown(older) == 0

    a_while_passes(older)
    older.settle()

    assert standing_of(older, BOOKINGS) is Standing.CURRENT
    assert shown(older) == 1
    erased = older.http().delete(f"/v1/clients/{zoe['id']}/personal-data")
    assert erased.status_code == 204
    assert told(older) == []


def test_whoever_goes_forward_again_renews_it_again(start: Callable[..., Running]) -> None:
    older = start()
    with newer(start):
        pass
    a_while_passes(older)

    with newer(start) as again:
        assert standing_of(again, RENEWED) is Standing.CURRENT


def test_a_table_of_a_newer_release_that_is_there_is_left_to_it(
    start: Callable[..., Running],
) -> None:
    older = start()
    with newer(start):
        a_while_passes(older)

        assert standing_of(older, BOOKINGS) is Standing.NEWER


def test_whoever_is_only_started_anew_finds_its_table(start: Callable[..., Running]) -> None:
    older, seconds = start(), ManualSeconds()
    with newer(start):
        pass
    look_after(older, seconds)
    seconds.now += GONE.total_seconds() - 1
    with newer(start):
        look_after(older, seconds)
    seconds.now += GONE.total_seconds() - 1

    look_after(older, seconds)

    assert standing_of(older, BOOKINGS) is Standing.NEWER


# --- In other hands -----------------------------------------------------------------------


def test_who_can_carry_a_table_on_does_so_whoever_is_in_charge(
    start: Callable[..., Running],
) -> None:
    """As on Kafka: the older worker has all the slots, and the newer one has renewed the table."""
    older = start()
    salon = Salon.opened(older)
    older.settle()
    with newer(start) as other:
        salon.book(older.http())
        theirs, helper = runner_of(older.system), runner_of(other.system, mine=lambda _: False)
        theirs.catch_up()
        assert shown(other) == 0

        helper.catch_up()

        assert shown(other) == 1
        assert place_of(other.system).waits_for == place_of(other.system).shape


def test_nothing_is_said_while_there_is_nothing_to_do(start: Callable[..., Running]) -> None:
    older = start()
    Salon.opened(older)
    older.settle()
    with newer(start) as other:
        other.settle()
        older.settle()

        assert place_of(other.system).waits_for is None
        assert older.system.reader.notes.lacking == []


def test_whoever_is_in_charge_and_can_go_on_says_so(start: Callable[..., Running]) -> None:
    older = start()
    salon = Salon.opened(older)
    older.settle()
    with newer(start) as other:
        salon.book(older.http())
        older.settle()

        other.settle()

        assert place_of(other.system).waits_for is None
        assert shown(other) == 1


def test_what_is_set_aside_in_a_table_of_another_release_is_left_to_it(
    start: Callable[..., Running],
) -> None:
    older = start()
    Salon.opened(older)
    older.settle()
    with newer(start) as other, other.system.database.as_worker() as connection:
        key = (other.tenant, "booking-1")
        checkpoints.park(connection, "bookings", [(key, 1, "it failed", None)])
        bookings = next(each for each in older.system.consumers if each.name == "bookings")

        with pytest.raises(NotReadableHere):
            retry(connection, older.system.reader, bookings, *key)

        assert checkpoints.parked(connection, ["bookings"]) == {"bookings": {key}}


def place_of(system: System) -> checkpoints.Place:
    return places(system)["bookings"]
