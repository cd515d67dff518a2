"""Whatever somebody sends, there is a bound to what is read, answered and recorded for it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from adapters.event_store.reader import MOST_AT_ONCE, head
from adapters.read_models.rebuild import Rebuilder
from api.app import ROUTERS
from api.problems.documents import MOST_BYTES, MOST_ERRORS
from api.web.gate import permission_of
from api.web.sizes import ANYTHING, most_of
from domain.business.users import Role
from domain.scheduling.bookings import ChangeBooking, RequestBooking
from domain.values import BookingId
from projections.scheduling.bookings import BOOKINGS
from tests.conftest import MONDAY
from tests.http.sockets import Line, request, served
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

MOST_OF_AN_ANSWER = 5_000_000
CUT = {"name": "Cut", "duration_minutes": 45}
DETAILS = json.dumps("x" * 60_000)
MANY_UNKNOWN = json.dumps({f"k{number}": 1 for number in range(80_000)}).encode()


@pytest.fixture
def line(running: Running) -> Iterator[Line]:
    with served(running.app) as port, Line(port) as line:
        yield line


def routes_with_bodies() -> list[APIRoute]:
    routes = [route for router in ROUTERS for route in router.routes]
    return [route for route in routes if isinstance(route, APIRoute) and route.body_field]


def recorded(running: Running) -> int:
    with running.system.database.as_worker() as connection:
        return head(connection)


def at_the(salon: Salon, times: int, details: str) -> dict[str, Any]:
    """Return the body that asks for a cut on so many days."""
    recurrence = {
        "starts_at": "2027-01-05T10:00:00",
        "time_zone": "Europe/Paris",
        "rule": f"FREQ=DAILY;COUNT={times}",
    }
    wish = {"professional_id": salon.professional_id, "service_id": salon.service_id}
    return {**wish, "recurrence": recurrence, "details": details}


# --- What is read -------------------------------------------------------------------------


def test_no_kind_of_body_has_a_part_without_a_bound() -> None:
    for route in routes_with_bodies():
        model: Any = route.body_field and route.body_field.field_info.annotation
        schema = TypeAdapter(model).json_schema()
        assert list(_boundless(schema, route.path)) == []


def _boundless(part: Any, where: str) -> Iterator[str]:
    if isinstance(part, list):
        part = dict(enumerate(part))
    if isinstance(part, Mapping):
        bounds = {
            "string": ("maxLength", "pattern", "format", "enum", "const"),
            "array": ("maxItems", "prefixItems"),
        }.get(str(part.get("type")))
        if bounds and not part.keys() & set(bounds):
            yield where
        for name, below in part.items():
            yield from _boundless(below, f"{where}/{name}")


def test_each_kind_of_body_has_a_bound_of_its_own() -> None:
    sizes = {route.path: most_of(route).bytes for route in routes_with_bodies()}

    assert sizes["/v1/auth/refresh"] < 20_000
    assert sizes["/v1/auth/login"] < sizes["/v1/auth/register"] < 50_000
    assert sizes["/v1/bookings"] < 250_000


def test_strangers_with_too_much_are_told_in_a_few_words(line: Line) -> None:
    for path in ("/v1/auth/register", "/v1/auth/login", "/auth/refresh"):
        line.say(request("POST", path, MANY_UNKNOWN))
        refused = line.answer("POST", path)

        assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
        assert len(refused.content) < 1_000


def test_no_body_is_read_of_who_has_to_be_logged_in_and_is_not(line: Line) -> None:
    for route in routes_with_bodies():
        if permission_of(route) is not None:
            method = min(route.methods or {"POST"})
            line.say(request(method, route.path, b'{"a":' + b" " * 5_000 + b"1}"))
            assert line.answer(method, route.path).json()["code"] == "token-missing"


def test_a_body_holds_no_more_values_than_its_form(running: Running) -> None:
    http = running.http()
    small = b'{"name":"Cut","duration_minutes":45,"professional_ids":[%b]}'

    for many in (b"1," * 5_000 + b"1", b"{}," * 2_000 + b"[]", b'{"":0},' * 2_000 + b"0"):
        refused = http.post("/v1/services", content=small % many, headers=JSON)
        assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
    note = http.post("/v1/clients", json={"name": "Zoé"}).headers["location"] + "/notes"
    assert http.post(note, json={"text": "[{,," * 2_000}).status_code == 201


JSON = {"Content-Type": "application/json"}


def test_details_of_a_booking_have_a_bound(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()

    assert salon.book(http, details="x" * (ANYTHING - 2)).status_code == 201
    refused = salon.book(http, "2027-01-06T10:00:00+01:00", details="x" * (ANYTHING - 1))

    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
    assert refused.json()["field"] == "details"


# --- What is answered ---------------------------------------------------------------------


def test_much_that_is_not_declared_is_one_mistake(running: Running) -> None:
    http = running.http()
    cut = {"name": "Cut", "duration_minutes": 45}

    some = http.post("/v1/services", json={**cut, **{f"k{n}": n for n in range(3)}}).json()
    much = http.post("/v1/services", json={**cut, **{f"k{n}": n for n in range(90)}}).json()

    assert [each["pointer"] for each in some["errors"]] == ["#/k0", "#/k1", "#/k2"]
    assert [each["code"] for each in much["errors"]] == ["extra-forbidden"]


def test_a_hundred_mistakes_are_told_and_how_many_more(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    body = at_the(salon, 3, "")
    wrong = [f"{number}" * 10 for number in range(150)]
    body["recurrence"] = {**body["recurrence"], "except_at": wrong, "also_at": wrong}

    refused = http.post("/v1/series", json=body)

    assert refused.status_code == 422
    assert len(refused.json()["errors"]) == MOST_ERRORS
    assert refused.json()["errors_left_out"] == 200
    assert len(refused.content) <= MOST_BYTES


@pytest.mark.parametrize(
    "target",
    ["/" + "a" * 60_000, "/v1/services?" + "a" * 60_000, "/v1/services?fields=" + "a," * 30_000],
)
def test_no_refusal_is_longer_than_is_good_to_read(line, running, target: str) -> None:
    token = running.http().headers["authorization"].encode()

    line.say(request("GET", target, headers=[(b"authorization", token)]))
    refused = line.answer("GET", target)

    assert refused.status_code in (400, 404, 431)
    assert len(refused.content) <= MOST_BYTES


def filled(running: Running) -> str:
    """Let a business have more bookings than one answer may hold, and one of them changed often: return
    its id.
    """
    salon = Salon.opened(running)
    for number in range(90):
        wish = RequestBooking(
            booking_id=BookingId(f"booking-{uuid4()}"),
            professional_id=salon.professional_id,
            starts_at=MONDAY + timedelta(hours=1 + number),
            duration_minutes=30,
            details=DETAILS,
        )
        running.order(wish)
    for number in range(50):
        running.order(ChangeBooking(booking_id=wish.booking_id, details=f'"{number}{DETAILS[1:]}'))
    return wish.booking_id


@pytest.fixture
def more(running: Running) -> str:
    """A booking of such a business, of which read models have seen nothing."""
    return filled(running)


class Large(NamedTuple):
    """Such a business, and that booking, when everything has been seen."""

    running: Running
    booking: str


@pytest.fixture(scope="module")
def large(common: Running) -> Large:
    """One for all who only look on."""
    running = replace(common, tenant=str(uuid4()))
    booking = filled(running)
    running.settle()
    return Large(running, booking)


def all_of(http: TestClient, first: str) -> list[Any]:
    """Return all of a list, page by page, none of them larger than an answer may be."""
    found: list[Any] = []
    target: str | None = first
    while target:
        answer = http.get(target)
        assert answer.status_code == 200, answer.text[:300]
        assert len(answer.content) <= MOST_OF_AN_ANSWER
        found += answer.json()["data"]
        cursor = answer.json()["next_cursor"]
        target = f"{first}&cursor={cursor}" if cursor else None
    return found


@pytest.mark.apart
def test_lists_go_on_where_they_are_large_enough(running: Running, more: str) -> None:
    running.settle()
    http = running.http(Role.OWNER, Role.OPERATOR)

    for sort in ("starts_at", "-starts_at"):
        listed = [each["id"] for each in all_of(http, f"/v1/bookings?limit=200&sort={sort}")]
        assert len(listed) == len(set(listed)) == 90
    for order in ("true", "false"):
        past = all_of(http, f"/v1/history?limit=200&oldest_first={order}")
        positions = [each["position"] for each in past]
        assert sorted(positions) == list(range(1, recorded(running) + 1))


def test_pages_by_number_say_when_they_are_too_large(large: Large) -> None:
    http = large.running.http()

    assert http.get("/appointments?page=1&limit=20").status_code == 200
    refused = http.get("/appointments?page=1&limit=200")

    assert (refused.status_code, refused.json()["parameter"]) == (400, "limit")


def test_what_happened_to_a_booking_goes_on_after_a_version(large: Large) -> None:
    http, versions = large.running.http(), list[int]()

    more = True
    while more:
        after = versions[-1] if versions else 0
        answer = http.get(f"/v1/bookings/{large.booking}/history?after={after}")
        assert len(answer.content) <= MOST_OF_AN_ANSWER
        versions += [each["version"] for each in answer.json()["data"]]
        more = answer.json()["has_more"]

    assert versions == list(range(1, versions[-1] + 1))
    assert len(versions) > 50


def test_what_is_not_projected_yet_is_shown_as_far_as_it_is_no_more_than_fits(
    running: Running, more: str
) -> None:
    http = running.http()
    token = http.post("/v1/services", json=CUT).headers["consistency-token"]

    behind = http.get("/v1/bookings", headers={"Consistency-Token": token, "Prefer": "wait=0"})
    running.settle()

    assert (behind.status_code, behind.json()["code"]) == (503, "projection-behind")
    assert http.get("/v1/bookings", headers={"Consistency-Token": token}).status_code == 200


def test_whoever_folds_a_stream_holds_no_more_of_it_than_fits(running: Running, more: str) -> None:
    system = running.system
    with (
        system.database.as_tenant(running.tenant) as connection,
        system.reader.parts(connection, running.tenant, more) as parts,
    ):
        found = [[past.version for past in part] for part in parts]

    assert len(found) > 1
    assert all(len(part) * len(DETAILS) <= MOST_AT_ONCE for part in found)
    assert [version for part in found for version in part] == list(range(1, 52))


def test_all_parts_of_a_stream_are_of_one_moment(running: Running, more: str) -> None:
    """Also when its key is destroyed while somebody folds it."""
    database, reader = running.system.database, running.system.reader
    with (
        database.as_tenant(running.tenant) as connection,
        reader.parts(connection, running.tenant, more) as parts,
    ):
        events = [past.event for past in next(iter(parts))]
        with database.connect(None, "vandal") as vandal:
            vandal.execute("DELETE FROM log.keys WHERE stream = %s", (more,))
        events += [past.event for part in parts for past in part]

    assert len(events) == 51
    assert all(getattr(event, "details", None) is not None for event in events)


def test_of_what_changed_often_any_version_is_shown(large: Large) -> None:
    running, more = large
    where, http = f"/v1/history/streams/{more}", running.http()
    at = {version: http.get(f"{where}?version={version}").json() for version in (1, 2, 30, 51)}
    with running.system.database.as_tenant(running.tenant) as connection:
        middle = running.system.reader.stream(connection, running.tenant, more)[29]
    as_of = http.get(f"/v1/bookings/{more}?as_of={middle.tenant_position}").json()

    assert [row["details"].rstrip("x") for row in at.values()] == ["", "0", "28", "49"]
    assert as_of == at[30]


def test_a_rebuild_reads_no_more_at_a_time_than_fits(large: Large) -> None:
    running, told = large.running, list[int]()
    system = running.system
    running.settle()
    rebuilder = Rebuilder(database=system.database, reader=system.reader)

    rebuilder.rebuild(BOOKINGS, tell=lambda progress: told.append(progress.done))

    assert len(told) > 1
    assert told[-1] == recorded(running)
    with system.database.as_worker() as connection:
        live, rebuilt = (
            connection.execute(f"SELECT * FROM {schema}.bookings ORDER BY key").fetchall()
            for schema in ("live", "next")
        )
    assert rebuilt == live


def test_who_reads_the_log_takes_no_more_than_fits(large: Large) -> None:
    running = large.running
    system = running.system
    with system.database.as_worker() as connection:
        pages = list(system.reader.follow(connection, 0))

    assert len(pages) > 1
    assert [past.position for page in pages for past in page] == list(
        range(1, recorded(running) + 1)
    )


# --- What is recorded ---------------------------------------------------------------------


def test_no_order_adds_more_to_the_log_than_everybody_can_read(running: Running) -> None:
    salon, http = Salon.opened(running, horizon_days=730), running.http()
    before = recorded(running)

    refused = http.post("/v1/series", json=at_the(salon, 104, "x" * 60_000))

    assert (refused.status_code, refused.json()["code"]) == (413, "order-too-large")
    assert recorded(running) == before
    assert http.post("/v1/series", json=at_the(salon, 5, "x" * 60_000)).status_code == 201
