"""A screen that asks again and again: 304 while nothing happened, and then only what did."""

from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest
from starlette.testclient import TestClient

from adapters.read_models import changes
from application.ports import About
from domain.business.users import Role
from domain.people.clients import RegisterClient
from domain.values import ClientId, Contact
from projections.paging import page
from tests.people.clients.test_merged_over_http import merge, register
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

WHERE = "/v1/bookings"
HOURS = [f"2027-01-05T{hour}:00:00+01:00" for hour in range(10, 20, 2)]


PARK: Final = """
    INSERT INTO work.parked (consumer, tenant_id, key, position, error)
    SELECT %s, %s, 'x', 1, 'KeyError'
"""


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def salon(running: Running) -> Salon:
    salon = Salon.opened(running)
    running.settle()
    return salon


def read(http: TestClient, where: str = WHERE, **asked: Any) -> Any:
    answer = http.get(where, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(answer: Any) -> list[str]:
    return [each["id"] for each in answer["data"]]


def booked(running: Running, http: TestClient, salon: Salon, hour: str = HOURS[0]) -> str:
    answer = salon.book(http, hour)
    assert answer.status_code == 201, answer.text
    running.settle()
    return str(answer.json()["id"])


# --- As it was ------------------------------------------------------------------------


def test_a_list_that_is_as_it_was_is_not_sent_again(
    running: Running, http: TestClient, salon: Salon
) -> None:
    booked(running, http, salon)
    first = http.get(WHERE)
    seen = {"If-None-Match": first.headers["etag"]}

    again = http.get(WHERE, headers=seen)
    booked(running, http, salon, HOURS[1])
    changed = http.get(WHERE, headers=seen)

    assert first.headers["etag"].startswith('W/"')
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert (changed.status_code, len(changed.json()["data"])) == (200, 2)
    assert changed.headers["etag"] != first.headers["etag"]


def test_a_list_of_nothing_has_a_tag_until_there_is_something(
    running: Running, http: TestClient, salon: Salon
) -> None:
    seen = {"If-None-Match": http.get(WHERE).headers["etag"]}

    assert http.get(WHERE, headers=seen).status_code == 304
    booked(running, http, salon)
    assert http.get(WHERE, headers=seen).status_code == 200


def test_a_tag_is_of_one_question_and_of_whoever_asked(
    running: Running, http: TestClient, salon: Salon
) -> None:
    booked(running, http, salon)
    desk = running.http(Role.FRONT_DESK)
    tags = [
        http.get(WHERE).headers["etag"],
        http.get(WHERE, params={"limit": 1}).headers["etag"],
        http.get(WHERE, params={"include": "client"}).headers["etag"],
        http.get("/v1/time-blocks").headers["etag"],
        desk.get(WHERE).headers["etag"],
        running.http(Role.CLIENT, client_id=f"client-{uuid4()}").get(WHERE).headers["etag"],
        running.http(tenant=str(uuid4())).get(WHERE).headers["etag"],
    ]

    assert len({*tags}) == len(tags)
    assert http.get(WHERE).headers["etag"] == tags[0]
    weakly = {"If-None-Match": f'"x", {tags[0].removeprefix("W/")}'}
    assert http.get(WHERE, headers=weakly).status_code == 304


def test_what_the_read_model_has_not_seen_yet_has_no_tag(
    running: Running, http: TestClient, salon: Salon
) -> None:
    seen = {"If-None-Match": http.get(WHERE).headers["etag"]}
    salon.book(http)  # and nobody carries it on

    behind = http.get(WHERE, headers=seen)

    assert (behind.status_code, behind.json()["changes"]) == (200, None)
    assert "etag" not in behind.headers


def test_what_is_included_counts(running: Running, http: TestClient, salon: Salon) -> None:
    zoe = register(http, {"name": "Zoé", "phone": "+33199001234"})
    salon.book(http, client_id=zoe)
    running.settle()
    asked = {"include": "client"}
    seen = {"If-None-Match": http.get(WHERE, params=asked).headers["etag"]}

    assert http.get(WHERE, params=asked, headers=seen).status_code == 304
    http.put(f"/v1/clients/{zoe}", json={"name": "Zoé B.", "phone": "+33199001234"})
    running.settle()
    assert http.get(WHERE, params=asked, headers=seen).status_code == 200


def test_what_was_built_anew_is_sent_again(
    running: Running, http: TestClient, salon: Salon
) -> None:
    booked(running, http, salon)
    seen = {"If-None-Match": http.get(WHERE).headers["etag"]}
    with running.system.database.as_worker() as connection, connection.transaction():
        connection.execute("ALTER TABLE live.bookings RENAME TO bookings_before")
        connection.execute("CREATE TABLE live.bookings (LIKE live.bookings_before INCLUDING ALL)")
        connection.execute("INSERT INTO live.bookings SELECT * FROM live.bookings_before")
        connection.execute("GRANT SELECT ON live.bookings TO frontdesk_app")

    assert http.get(WHERE, headers=seen).status_code == 200


# --- What changed ---------------------------------------------------------------------


def test_only_what_changed_is_told(running: Running, http: TestClient, salon: Salon) -> None:
    first, second = (booked(running, http, salon, hour) for hour in HOURS[:2])
    mark = read(http)["changes"]

    nothing = read(http, changed_after=mark)
    http.post(f"{WHERE}/{second}/confirm")
    third = booked(running, http, salon, HOURS[2])
    since = read(http, changed_after=mark)
    later = read(http, changed_after=since["changes"])

    assert (nothing["data"], nothing["removed"], nothing["has_more"]) == ([], [], False)
    assert {*ids(since)} == {second, third}
    assert since["removed"] == []
    assert first not in ids(since)
    assert (later["data"], later["removed"]) == ([], [])


def test_what_is_in_the_list_no_more_is_noticed(
    running: Running, http: TestClient, salon: Salon
) -> None:
    booking = booked(running, http, salon)
    pending = {"status": "pending", "from": HOURS[0], "to": HOURS[1]}
    mark = read(http, **pending)["changes"]

    http.post(f"{WHERE}/{booking}/cancel")
    running.settle()

    assert (ids(read(http, **pending, changed_after=mark))) == []
    assert read(http, **pending, changed_after=mark)["removed"] == [booking]
    assert ids(read(http, changed_after=mark)) == [booking]


def test_rows_that_are_gone_are_noticed(running: Running, http: TestClient, salon: Salon) -> None:
    where = "/v1/time-blocks"
    slot = {"starts_at": HOURS[0], "ends_at": HOURS[1]}
    body = {
        "professional_id": salon.professional_id,
        "when": {"type": "once", "slot": slot},
        "reason": "bank",
    }
    added = http.post(where, json=body)
    running.settle()
    mark = read(http, where)["changes"]

    http.delete(added.headers["location"])
    running.settle()

    assert read(http, where, changed_after=mark)["removed"] == [added.json()["id"]]


def test_who_was_merged_or_erased_is_noticed(
    running: Running, http: TestClient, salon: Salon
) -> None:
    where = "/v1/clients"
    zoe, again, bo = (
        register(http, {"name": name, "phone": f"+3319900123{number}"})
        for number, name in enumerate(["Zoé", "Zoé B.", "Bo"])
    )
    running.settle()
    mark = read(http, where)["changes"]

    assert merge(http, zoe, again).status_code == 200
    http.delete(f"/v1/clients/{bo}/personal-data")
    running.settle()
    since = read(http, where, changed_after=mark)

    assert ids(since) == [zoe]
    assert {*since["removed"]} == {again, bo}


def test_whose_bookings_are_meant_may_be_others_by_now(
    running: Running, http: TestClient, salon: Salon
) -> None:
    zoe, again = register(http, {"name": "Zoé"}), register(http, {"name": "Zoé M."})
    running.settle()
    asked = {"client_id": zoe}
    mark = http.get("/v1/bookings", params=asked).json()["changes"]
    nothing = http.get("/v1/bookings", params={**asked, "changed_after": mark})

    merge(http, zoe, again)
    running.settle()
    refused = http.get("/v1/bookings", params={**asked, "changed_after": mark})

    assert (nothing.status_code, nothing.json()["removed"]) == (200, [])
    assert (refused.status_code, refused.json()["code"]) == (410, "changes-too-many")


@pytest.mark.parametrize("path", ["/v1/bookings?client_id={}", "/v1/clients/{}/bookings"])
def test_who_is_merged_while_a_list_is_read_leaves_it_without_a_tag(
    running: Running, http: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    zoe, again = register(http, {"name": "Zoé"}), register(http, {"name": "Zoé M."})
    running.settle()
    asked = path.format(zoe)

    def meanwhile(*args: Any, **more: Any) -> Any:
        merge(running.http(), zoe, again)
        running.settle()
        return page(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr("api.requests.listing.page", meanwhile)
        torn = http.get(asked)

    assert "etag" not in torn.headers
    assert torn.json().get("changes") is None
    assert "etag" in http.get(asked).headers


@pytest.mark.parametrize("where", ["/v1/bookings", "/v1/clients"])
def test_what_is_set_aside_of_a_business_leaves_its_lists_without_a_tag(
    running: Running, http: TestClient, dsn: str, where: str
) -> None:
    register(http, {"name": "Zoé"})
    running.settle()
    model = where.rpartition("/")[2]
    assert "etag" in http.get(where).headers

    with psycopg.connect(dsn) as connection:
        connection.execute(PARK, (model, running.tenant))
    running.system.known.forget()

    assert "etag" not in http.get(where).headers


def test_many_changes_come_in_parts_and_none_is_missed(
    running: Running, http: TestClient, salon: Salon
) -> None:
    mark = read(http)["changes"]
    made = [booked(running, http, salon, hour) for hour in HOURS]
    http.post(f"{WHERE}/{made[0]}/confirm")
    running.settle()

    told: list[str] = []
    parts = 0
    while parts < 10:
        part = read(http, changed_after=mark, limit=2)
        told += ids(part)
        mark, parts = part["changes"], parts + 1
        if not part["has_more"]:
            break

    assert {*told} == {*made}
    assert parts >= 3


def test_changes_are_told_as_far_as_was_looked(
    running: Running, http: TestClient, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = read(http)["changes"]
    for number in range(6):
        contact = Contact(name=f"Client {number}")
        running.order(RegisterClient(client_id=ClientId(f"client-{uuid4()}"), contact=contact))
    booking = booked(running, http, salon)
    monkeypatch.setattr(changes, "LOOKED_AT", 3)

    first = read(http, changed_after=mark)

    assert (first["data"], first["has_more"]) == ([], True)
    while first["has_more"]:
        first = read(http, changed_after=first["changes"])
    assert ids(first) == [booking]


def test_what_touches_too_much_at_once_has_to_be_read_anew(
    running: Running, http: TestClient, salon: Salon
) -> None:
    zoe = register(http, {"name": "Zoé", "phone": "+33199001234"})
    for hour in HOURS[:3]:
        assert salon.book(http, hour, client_id=zoe).status_code == 201
    running.settle()
    mark = read(http)["changes"]
    http.delete(f"/v1/clients/{zoe}/personal-data")
    running.settle()

    refused = http.get(WHERE, params={"changed_after": mark, "limit": 2})

    assert (refused.status_code, refused.json()["code"]) == (410, "changes-too-many")
    assert len(read(http, changed_after=mark)["data"]) == 3


def test_changes_wait_for_the_read_model(running: Running, http: TestClient, salon: Salon) -> None:
    mark = read(http)["changes"]
    salon.book(http)  # and nobody carries it on

    assert len(read(http, changed_after=mark)["data"]) == 1


def test_who_is_kept_to_some_rows_is_not_told_of_others(
    running: Running, http: TestClient, salon: Salon
) -> None:
    client = running.http(Role.CLIENT, client_id=f"client-{uuid4()}")
    mark = read(client)["changes"]
    booked(running, http, salon)

    refused = client.get(WHERE, params={"changed_after": mark})

    assert (refused.status_code, refused.json()["code"]) == (403, "permission-missing")


def test_marks_are_good_for_their_business_and_their_log_only(
    running: Running, http: TestClient, salon: Salon
) -> None:
    mark = read(http)["changes"]
    other = running.http(tenant=str(uuid4()))
    cursor = {"changed_after": mark, "cursor": "x"}

    forged = http.get(WHERE, params={"changed_after": mark[:-2] + "xx"})

    assert other.get(WHERE, params={"changed_after": mark}).status_code == 400
    assert (forged.status_code, forged.json()["code"]) == (400, "token-invalid")
    assert http.get(WHERE, params=cursor).status_code == 400
    with running.system.database.connect(None, "another log") as connection:
        connection.execute("ALTER TABLE log.events DISABLE TRIGGER ALL")
        connection.execute(
            "UPDATE log.events SET hash = sha256(hash) WHERE tenant_id = %s", (running.tenant,)
        )
    unknown = http.get(WHERE, params={"changed_after": mark})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "position-unknown")


def test_the_older_products_are_answered_as_they_were(
    running: Running, http: TestClient, salon: Salon
) -> None:
    booked(running, http, salon)

    assert "changes" not in read(http, "/appointments")
    assert http.get("/appointments", params={"changed_after": "x"}).status_code == 400


def test_events_that_are_about_something_else_are_no_changes(
    running: Running, http: TestClient, salon: Salon
) -> None:
    mark = read(http)["changes"]
    about = About(tenant=running.tenant, actor="user-scene", command_id=uuid4())
    command = RegisterClient(client_id=ClientId(f"client-{uuid4()}"), contact=Contact(name="Bo"))
    running.system.dispatch(command, about)
    running.settle()

    since = read(http, changed_after=mark)

    assert (since["data"], since["removed"]) == ([], [])
    assert since["changes"] != mark
