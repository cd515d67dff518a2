"""Two hundred people want one slot at the same moment, of several API processes: one has it."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from infra.composition import running_system
from infra.servers.postgres import Server
from infra.settings import Settings
from tests.acceptance.processes import Answer, Http, owner, servers
from tests.conftest import empty_database

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.thorough,
]

EVERYBODY = 200
ALL_DAY = [{"opens": "00:00", "closes": "24:00"}]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MONDAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
MONDAY += timedelta(days=14 - MONDAY.weekday())


@dataclass(frozen=True)
class Desk:
    """Two API processes, and one professional whose time everybody wants."""

    ports: list[int]
    token: str
    professional: str
    service: str

    def ask(self, number: int, path: str, body: Any = None) -> Answer:
        """Ask one of the processes, on a connection of its own."""
        with Http(self.ports[number % len(self.ports)], self.token) as http:
            return http("POST", path, body)

    def everybody(self, path: str, bodies: list[Any]) -> list[Answer]:
        """Ask as many times as there are bodies, all at once."""
        with ThreadPoolExecutor(len(bodies)) as pool:
            return list(
                pool.map(lambda n: self.ask(n, path.format(n), bodies[n]), range(len(bodies)))
            )

    def each(self, paths: list[str], body: Any = None) -> list[Answer]:
        """Ask for different things, all at once."""
        with ThreadPoolExecutor(len(paths)) as pool:
            return list(pool.map(lambda n: self.ask(n, paths[n], body), range(len(paths))))

    def wish(self, starts_at: datetime = MONDAY) -> dict[str, str]:
        """Return the body that asks for half an hour."""
        return {
            "professional_id": self.professional,
            "service_id": self.service,
            "starts_at": starts_at.isoformat(),
        }

    def booked(self, starts: list[datetime]) -> list[str]:
        """Book slots that nobody else wants; return their paths."""
        made = self.everybody("/v1/bookings", [self.wish(start) for start in starts])
        assert Counter(answer.status for answer in made) == {201: len(starts)}
        return [f"/v1/bookings/{answer.body['id']}" for answer in made]


@pytest.fixture(scope="module")
def ports(server: Server) -> Iterator[list[int]]:
    """Two API processes on one database."""
    with empty_database(server) as dsn, running_system(Settings(), dsn), servers(dsn, 2) as ports:
        yield ports


@pytest.fixture(scope="module")
def token(ports: list[int]) -> str:
    """Of the owner of a business."""
    return owner(ports[0])


@pytest.fixture
def desk(ports: list[int], token: str) -> Desk:
    """Open the desk of somebody new."""
    with Http(ports[0], token) as http:
        settings = {"time_zone": "UTC", "hours": dict.fromkeys(WEEKDAYS, ALL_DAY)}
        ana = http("POST", "/v1/professionals", {"name": "Ana", "settings": settings})
        cut = http("POST", "/v1/services", {"name": f"Cut {uuid4()}", "duration_minutes": 30})
    return Desk(ports, token, ana.body["id"], cut.body["id"])


def half_hours(count: int) -> list[datetime]:
    return [MONDAY + timedelta(minutes=30 * n) for n in range(1, count + 1)]


def test_one_of_two_hundred_books_the_slot(desk: Desk) -> None:
    answers = desk.everybody("/v1/bookings", [desk.wish()] * EVERYBODY)

    refused = [answer.body for answer in answers if answer.status == 409]
    assert Counter(answer.status for answer in answers) == {201: 1, 409: EVERYBODY - 1}
    assert {body["code"] for body in refused} == {"slot-taken"}
    assert all(len(body["next_free_slots"]) == 5 for body in refused)


def test_one_of_two_hundred_holds_the_slot(desk: Desk) -> None:
    answers = desk.everybody("/v1/holds", [desk.wish()] * EVERYBODY)

    assert Counter(answer.status for answer in answers) == {201: 1, 409: EVERYBODY - 1}


def test_two_hundred_different_slots_of_one_week_are_all_booked(desk: Desk) -> None:
    assert len(desk.booked(half_hours(EVERYBODY))) == EVERYBODY


def test_one_of_many_moves_to_the_slot_and_the_others_stay(desk: Desk) -> None:
    paths = desk.booked(half_hours(60))

    moved = desk.each([f"{p}/reschedule" for p in paths], {"starts_at": MONDAY.isoformat()})

    assert Counter(answer.status for answer in moved) == {200: 1, 409: 59}


def test_one_of_many_pending_requests_for_the_slot_is_confirmed(desk: Desk) -> None:
    with Http(desk.ports[0], desk.token) as http:
        hours = dict.fromkeys(WEEKDAYS, ALL_DAY)
        settings = {"time_zone": "UTC", "hours": hours, "pending_holds_slot": False}
        where = f"/v1/professionals/{desk.professional}"
        etag = f'"{http("GET", where).body["version"]}"'
        assert http("PUT", f"{where}/settings", settings, If_Match=etag).status == 200
    made = desk.everybody("/v1/bookings", [desk.wish()] * 60)

    confirmed = desk.each([f"/v1/bookings/{answer.body['id']}/confirm" for answer in made])

    assert Counter(answer.status for answer in made) == {201: 60}
    assert Counter(answer.status for answer in confirmed) == {200: 1, 409: 59}
