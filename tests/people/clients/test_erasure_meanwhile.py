"""What was folded before an erasure is not committed after it, whoever is in the middle of it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from msgspec.structs import replace as changed

from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.switch import switch
from domain.scheduling.bookings import BookingRequested
from infra.composition import running_system
from projections import READ_MODELS
from projections.scheduling.bookings import BOOKINGS
from tests.mail.examples import a_message
from tests.people.clients.dump import found
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

ZOE: Final = {"name": "Zoé Müller", "email": "zoe@example.org"}
WORDS: Final = ("Müller", "zoe@", "henna")


class Held:
    """A fold that stops before the first booking, until it is let go."""

    def __init__(self) -> None:
        self.is_there, self.may_go = threading.Event(), threading.Event()

    def evolve(self, row: Any, event: Any) -> Any:
        if isinstance(event, BookingRequested):
            self.is_there.set()
            assert self.may_go.wait(20)
        return BOOKINGS.evolve(row, event)


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def running(dsn: str, clock, settings, held: Held) -> Iterator[Running]:
    """One read model stops in the middle, after the others have written what they folded."""
    slow = changed(BOOKINGS, name="zz_slow", evolve=held.evolve)
    with (
        running_system(settings, dsn, clock=clock, models=(*READ_MODELS, slow)) as system,
        Running.of(system, clock) as running,
    ):
        yield running


@pytest.fixture
def zoe(running: Running) -> str:
    """She is known and has booked; nothing is folded yet."""
    http = running.http()
    client_id: str = http.post("/v1/clients", json=ZOE).json()["id"]
    booked = Salon.opened(running).book(http, guest=ZOE, notes="allergic to henna")
    assert booked.status_code == 201
    return client_id


def erased_in_the_middle_of(
    work: Callable[[], object], running: Running, held: Held, client_id: str
) -> int:
    """Erase while the work is held; return the status."""
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(work)
        assert held.is_there.wait(20)
        status = running.http().delete(f"/v1/clients/{client_id}/personal-data").status_code
        held.may_go.set()
        working.result()
    return status


def test_rows_that_were_folded_before_are_not_committed_after(
    running: Running, dsn: str, held: Held, zoe: str
) -> None:
    status = erased_in_the_middle_of(running.system.runner.step, running, held, zoe)

    assert found(dsn, WORDS) == {}
    running.settle()
    assert (status, found(dsn, WORDS)) == (204, {})
    assert running.http().get("/v1/clients").json()["data"] == []


def test_nor_is_what_was_rebuilt(running: Running, dsn: str, held: Held, zoe: str) -> None:
    rebuilder = Rebuilder(database=running.system.database, reader=running.system.reader)
    slow = changed(BOOKINGS, evolve=held.evolve)

    status = erased_in_the_middle_of(lambda: rebuilder.rebuild(slow), running, held, zoe)
    before = found(dsn, WORDS)
    running.settle()
    switch(rebuilder, BOOKINGS)

    assert (status, before, found(dsn, WORDS)) == (204, {}, {})


def test_nor_is_a_mail_put_into_the_outbox_that_was_written_before(
    running: Running, dsn: str, held: Held, zoe: str
) -> None:
    held.may_go.set()
    letter = changed(a_message, tenant=running.tenant, about=zoe, person=zoe)

    running.http().delete(f"/v1/clients/{zoe}/personal-data")
    running.system.outbox.send(letter, "late")

    assert running.system.outbox.find(running.tenant) == []
