"""The system as many processes on a real Kafka: whoever is killed, added or taken away, and whether
`frontdesk work` runs beside or not, everything is done, and done once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest

from infra.composition import System, running_system
from infra.servers.kafka import Broker
from infra.settings import Settings
from tests.acceptance.processes import Http, owner
from tests.streams.programs import (
    Company,
    Program,
    asked,
    company,
    left,
    mails_and_notes_of_them,
    settled,
    slots,
    wrong_read_models,
    wrongly_ordered,
)
from tests.waiting import until

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(180),
]

ALL_DAY = [{"opens": "00:00", "closes": "24:00"}]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MONDAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
MONDAY += timedelta(days=14 - MONDAY.weekday())
EVERY_SLOT = list(range(12))
ALONE, TOGETHER = ["work"], ["relay", "worker", "worker"]


@dataclass
class Salon:
    """A business that is booked over HTTP."""

    port: int
    token: str
    wish: dict[str, str]
    booked: list[str] = field(default_factory=list)

    def book(self, count: int) -> None:
        """Let a client book so many half hours."""
        with Http(self.port, self.token) as http:
            for _ in range(count):
                start = MONDAY + timedelta(minutes=30 * len(self.booked))
                made = http("POST", "/v1/bookings", {**self.wish, "starts_at": start.isoformat()})
                assert made.status == 201, made
                self.booked.append(made.body["id"])

    def live(self) -> dict[datetime, int]:
        """Return in which minutes of the last hour bookings were made, and how many."""
        with Http(self.port, self.token) as http:
            minutes = http("GET", "/v1/live/bookings").body["minutes"]
        made = [each for each in minutes if each["bookings"]]
        return {datetime.fromisoformat(each["minute"]): each["bookings"] for each in made}


@pytest.fixture
def system(dsn: str) -> Iterator[System]:
    """To look at what the others do; nothing runs in it."""
    with running_system(Settings(), dsn) as system:
        yield system


@pytest.fixture
def staff(system: System, dsn: str, kafka: Broker, tmp_path: Path) -> Iterator[Company]:
    with company(dsn, kafka.bootstrap, tmp_path) as staff:
        yield staff
        staff.tell()  # shown where the test has failed


def salon_at(port: int) -> Salon:
    token = owner(port)
    with Http(port, token) as http:
        settings = {"time_zone": "UTC", "hours": dict.fromkeys(WEEKDAYS, ALL_DAY)}
        ana = http("POST", "/v1/professionals", {"name": "Ana", "settings": settings})
        cut = http("POST", "/v1/services", {"name": "Cut", "duration_minutes": 30})
        zoe = http("POST", "/v1/clients", {"name": "Zoe", "email": "zoe@example.org"})
    wish = {
        "professional_id": ana.body["id"],
        "service_id": cut.body["id"],
        "client_id": zoe.body["id"],
    }
    return Salon(port, token, wish)


def active(relays: list[Program]) -> Program:
    """Return the relay that said so first: the other waits."""
    until(lambda: any("is active" in relay.said for relay in relays))
    return next(relay for relay in relays if "is active" in relay.said)


def have_divided_everything(workers: list[Program]) -> bool:
    """Whether each has something, and all together have everything once."""
    theirs = [slots(worker) for worker in workers]
    return all(theirs) and sorted(chain.from_iterable(theirs)) == EVERY_SLOT


def stopped(programs: list[Program]) -> list[int]:
    """Let them stop together; return their exit codes."""
    for program in programs:
        program.process.terminate()
    return [program.process.wait(60) for program in programs]


def killed(programs: list[Program]) -> None:
    """Kill them together."""
    for program in programs:
        program.process.kill()
    for program in programs:
        program.process.wait()


def what_is_live_is_right(system: System, salon: Salon) -> None:
    """Wait until each minute is shown as it is in the log."""
    minutes = "SELECT date_trunc('minute', recorded_at), count(*) FROM log.events"
    made = asked(system, f"{minutes} WHERE type = 'booking-requested.v2' GROUP BY 1")
    until(lambda: salon.live() == dict(made), why=lambda: (salon.live(), made))


def all_is_done_once(system: System, *, relayed: bool = True) -> None:
    """Wait until nothing is left to do, and see that it is what it should be."""
    until(lambda: settled(system, relayed=relayed), why=lambda: left(system))
    assert wrong_read_models(system) == []
    assert wrongly_ordered(system) == set()
    mails, notes = mails_and_notes_of_them(system)
    assert mails == notes > 0


def test_whoever_comes_and_goes_everything_is_done_once(system: System, staff: Company) -> None:
    """First nobody but workers does anything; then the relay and a worker are killed while it goes
    on, and workers join and leave; in the end `frontdesk work` takes part, and leaves again.

    What takes longer, such as killing the broker, is done by `make chaos`.
    """
    relays = [staff.begin("relay"), staff.begin("relay")]
    workers = [staff.begin("worker"), staff.begin("worker")]
    salon = salon_at(staff.serve())
    salon.book(5)
    until(lambda: have_divided_everything(workers))
    all_is_done_once(system)
    assert ("zoe@example.org",) in asked(system, "SELECT recipient FROM work.outbox")

    salon.book(5)
    active(relays).kill()
    workers[0].kill()
    salon.book(5)
    staying = [workers[1], staff.begin("worker")]
    leaving = [staff.begin("worker"), staff.begin("worker")]
    salon.book(5)
    until(lambda: have_divided_everything([*staying, *leaving]))
    all_is_done_once(system)
    what_is_live_is_right(system, salon)

    beside = staff.begin("work")
    salon.book(5)
    until(lambda: "working" in beside.said)
    salon.book(5)
    assert stopped(leaving) == [0, 0]
    salon.book(5)
    until(lambda: have_divided_everything(staying))
    assert stopped([beside]) == [0]
    salon.book(5)
    all_is_done_once(system)
    what_is_live_is_right(system, salon)


def test_the_modes_are_switched_back_and_forth(system: System, staff: Company) -> None:
    """Each begins with what the other has left undone, and with what came when nobody was there."""
    salon = salon_at(staff.serve())
    for crew, end in (
        (ALONE, stopped),
        (TOGETHER, stopped),
        (ALONE, killed),
        (TOGETHER, killed),
        (ALONE, stopped),
    ):
        salon.book(2)
        assert not settled(system, relayed=False), "somebody of the other is left"
        people = [staff.begin(command) for command in crew]
        salon.book(2)
        all_is_done_once(system, relayed=crew is TOGETHER)
        salon.book(2)
        end(people)
