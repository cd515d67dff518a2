"""A business is restored to moments before a disaster, by the lines of the operators' handbook.

    a copy is made while people book ─► A RELEASE ─► a booking ─► THE MOMENT ─► somebody cancels
    everything, mails go out, more is booked, the log itself is damaged, and the server dies

Everything here happens in real time: recovery goes by the times of PostgreSQL's commits.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any, Final, NamedTuple

import psycopg
import pytest

from adapters.clock import SettableClock, system_clock
from adapters.event_store.verify import verify
from adapters.streams.topics import ALL, FACTS, LIVE_CHANGELOG, REFUSED, TOLD, WORK
from infra.composition import System, running_system
from infra.migrate import migrate
from infra.servers.postgres import Server
from infra.settings import Mode, Settings
from tests.infra.restoring import RUNBOOK, Machine, archives, kill, running_machine, timeline
from tests.read_models.examples import TENANTS
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.streams.programs import asked, wrong_read_models, wrongly_ordered
from tests.waiting import until as until_true

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.thorough]

RELEASE: Final = "until a release"
FIRST_WRONG: Final = "until the first event that should not be"

NEW_SECRET: Final = "a secret that was made after the restore"
FIRST_HOUR: Final = (datetime.now(UTC) + timedelta(days=7)).replace(microsecond=0)
HISTORY: Final = "SELECT position, encode(hash, 'hex') FROM log.events ORDER BY position"
MAILS: Final = "SELECT id, kind, about, sent_at FROM work.outbox ORDER BY number"
SESSION: Final = f"('of Ana', '{TENANTS[0]}', 'user-ana', now())"
OPEN: Final = "SELECT session_id FROM accounts.sessions WHERE ended_at IS NULL"


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with running_machine() as machine:
        yield machine


# --- What happens ------------------------------------------------------------------------------


class Moment(NamedTuple):
    """What was true then."""

    history: list[Any]
    mails: list[Any]

    @classmethod
    def now(cls, system: System) -> "Moment":
        return cls(asked(system, HISTORY), asked(system, MAILS))


@dataclass
class Past:
    """What one may come back to, and what is lost then."""

    salon: Salon
    moments: dict[str, Moment] = field(default_factory=dict)
    lost: str = ""
    token: str = ""
    mails: list[Any] = field(default_factory=list)

    @property
    def first_wrong(self) -> int:
        """The position of the first event that should not be."""
        return len(self.moments[FIRST_WRONG].history) + 1


@contextmanager
def at_work(dsn: str, clock: SettableClock | None = None, **settings: Any) -> Iterator[Running]:
    """Let the business run on this database; by the machine's clock, unless another is given."""
    chosen = Settings(mode=Mode.TEST, **settings)
    with (
        running_system(chosen, dsn, clock=clock or system_clock) as system,
        Running.of(system, clock or SettableClock()) as running,
    ):
        yield running


def book(salon: Salon, http: Any, hour: int) -> Any:
    """Book an hour; it is confirmed at once, and Zoé is told when processes settle."""
    booked = salon.book(
        http,
        (FIRST_HOUR + hour * timedelta(minutes=75)).isoformat(),
        guest={"name": "Zoé", "email": f"zoe{hour}@mail.example"},
    )
    assert booked.status_code == 201, booked.text
    return booked


@contextmanager
def booking_all_the_time(salon: Salon, http: Any, hours: Iterator[int]) -> Iterator[None]:
    """Let somebody else book one hour after the other meanwhile."""
    enough = Event()

    def go_on() -> None:
        while not enough.is_set() and (hour := next(hours, None)) is not None:
            book(salon, http, hour)

    somebody = Thread(target=go_on)
    somebody.start()
    try:
        yield
    finally:
        enough.set()
        somebody.join()


@pytest.fixture(scope="module")
def past(machine: Machine) -> Past:
    """Let it all happen, disaster included; the server is dead in the end."""
    with machine.started() as server:
        migrate(server.dsn())
        with at_work(server.dsn()) as running:
            past = Past(Salon.opened(running, auto_confirm=True))
            until_the_release(past, machine)
            until_the_moment(past)
            after_the_moment(past)
        damage(server)
        kill(server)
    return past


def until_the_release(past: Past, machine: Machine) -> None:
    running, hours = past.salon.running, iter(range(40))
    book(past.salon, running.http(), next(hours))
    before = Moment.now(running.system)
    with booking_all_the_time(past.salon, running.http(), hours):
        machine.do("every night", BACKUP=str(machine.folder / "backup"))
    running.settle()
    past.moments[RELEASE] = Moment.now(running.system)
    assert len(past.moments[RELEASE].history) > len(before.history) + 10, "somebody was booking"
    machine.do("before a release")


def until_the_moment(past: Past) -> None:
    """Somebody books, and nobody was told of it yet; Ana is logged in."""
    system = past.salon.running.system
    book(past.salon, past.salon.running.http(), 900)
    asked(system, f"INSERT INTO accounts.sessions VALUES {SESSION} RETURNING 1")
    past.moments[FIRST_WRONG] = Moment.now(system)


def after_the_moment(past: Past) -> None:
    """Somebody cancels what there is, mails go out, somebody books, Ana logs out."""
    running = past.salon.running
    http = running.http()
    for shown in http.get("/v1/bookings?limit=5").json()["data"]:
        http.post(f"/v1/bookings/{shown['id']}/cancel")
    booked = book(past.salon, http, 901)
    asked(running.system, "UPDATE accounts.sessions SET ended_at = now() RETURNING 1")
    running.settle()
    past.lost, past.token = booked.json()["id"], booked.headers["consistency-token"]
    past.mails = asked(running.system, MAILS)


def damage(server: Server) -> None:
    """Somebody who may do everything changes history."""
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("UPDATE log.events SET data = '{}' WHERE version > 1")


# --- What is true after the restore -----------------------------------------------------------


@pytest.mark.parametrize("until", [RELEASE, FIRST_WRONG])
def test_what_was_at_the_moment_is_there_and_goes_on(
    machine: Machine, past: Past, until: str
) -> None:
    """The first attempt goes back too far, and is in the way of the second."""
    moment = past.moments[until]
    restore(machine, past, until)

    with machine.started() as server:
        machine.do("once it takes writes")
        said = what_is_lost(machine, moment)
        assert timeline(server) > 1, "it goes on beside what was"
        with at_work(server.dsn(), SettableClock(), secret_keys=(NEW_SECRET,)) as at:
            assert Moment.now(at.system) == moment
            assert {past.lost, "booking-cancelled.v1"} <= set(re.split(r"[,\n]", said))
            assert asked(at.system, OPEN) == [], "who had logged out is not logged in again"
            machine.do("what was sent stays sent")
            nobody_is_told_twice(at, moment)
            business_goes_on(at, past, moment)
            nothing_is_wrong(at.system)
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("SELECT pg_switch_wal()")
        until_true(lambda: archives(server), seconds=20, why=lambda: "something is in the way")


def restore(machine: Machine, past: Past, until: str) -> None:
    """Do what the handbook says; an earlier attempt is given up."""
    if machine.lost.exists():
        machine.do("for a second attempt")
    with machine.started() as server:
        machine.do(until, FIRST=str(past.first_wrong))
        kill(server)
    machine.do("in its place")


def what_is_lost(machine: Machine, moment: Moment) -> str:
    with machine.started(machine.lost):
        return machine.do("what is lost", HEAD=str(len(moment.history)))


def nobody_is_told_twice(at: Running, moment: Moment) -> None:
    """What was due at the moment, and sent since."""
    at.settle()

    assert asked(at.system, MAILS) == moment.mails


def business_goes_on(at: Running, past: Past, moment: Moment) -> None:
    http = at.http(tenant=past.salon.running.tenant)
    salon = Salon(at, past.salon.professional_id, past.salon.service_id)
    booked = book(salon, http, 902)
    at.settle()

    assert asked(at.system, HISTORY)[: len(moment.history)] == moment.history
    assert "Zoé" in http.get(booked.headers["location"]).text
    assert http.get(f"/v1/bookings/{past.lost}").status_code == 404
    from_what_is_lost = {"Consistency-Token": past.token}
    assert http.get("/v1/bookings", headers=from_what_is_lost).status_code == 400
    everybody_is_reminded(at, past, booked.json()["id"])


def everybody_is_reminded(at: Running, past: Past, new: str) -> None:
    """Also of what was booked since, under ids that no mail server has seen."""
    at.system.walk(FIRST_HOUR + timedelta(days=60))
    mails = asked(at.system, MAILS)
    [[bookings]] = asked(at.system, "SELECT count(*) FROM live.bookings")

    assert len({mail[2] for mail in mails if mail[1].startswith("reminder")}) == bookings
    assert ids(mail for mail in mails if mail[2] == new).isdisjoint(ids(past.mails))


def ids(mails: Iterable[Any]) -> set[Any]:
    return {mail[0] for mail in mails}


def nothing_is_wrong(system: System) -> None:
    assert wrong_read_models(system) == []
    assert wrongly_ordered(system) == set()
    with system.database.as_worker() as connection:
        assert verify(connection).findings == []


# --- What others hear ------------------------------------------------------------------------


def test_of_kafka_only_what_we_publish_is_deleted() -> None:
    [pattern] = re.findall(r"--delete --topic '(.*)'", RUNBOOK)

    ours = {*ALL, *TOLD, LIVE_CHANGELOG}
    assert {t for t in (*ours, WORK, FACTS, REFUSED) if re.fullmatch(pattern, t)} == ours
