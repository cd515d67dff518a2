"""How leads do, over HTTP."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from domain.business.users import Role
from domain.values import TenantId
from tests.business.tenants.examples import register_business
from tests.running import Running
from tests.sales.leads.coming import opened

pytestmark = pytest.mark.postgres

WHERE = "/v1/analytics/leads"
FIRST = {"from": "2027-01-01", "until": "2027-03-01"}


@pytest.fixture
def http(running: Running) -> TestClient:
    """The owner of a business in Paris."""
    order = replace(register_business, tenant_id=TenantId(running.tenant), professional_id=None)
    zone = replace(order.business, time_zone="Europe/Paris")
    running.order(replace(order, business=zone))
    return running.http()


def comes(running: Running, http: TestClient, at: str, number: int, source: str | None) -> Any:
    """Let somebody come at a time."""
    running.clock.set(datetime.fromisoformat(at))
    person = {"name": "Somebody", "email": f"{number}@example.org"}
    return opened(http, person=person, touch={"source": source} if source else {})


def asked(http: TestClient, **more: str) -> Any:
    answer = http.get(WHERE, params={**FIRST, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_who_came_is_told_by_month_with_who_was_won_from_where_and_how_soon(
    running: Running, http: TestClient
) -> None:
    first = comes(running, http, "2027-01-31T23:30:00+01:00", 1, "instagram")
    comes(running, http, "2027-02-01T00:30:00+01:00", 2, None)
    running.clock.set(running.clock() + timedelta(minutes=40))
    http.post(f"/v1/leads/{first['id']}/contacts", json={"way": "call"})
    http.post(f"/v1/leads/{first['id']}/convert")
    running.settle()

    found = asked(http)

    january, february = found["periods"]
    assert found["time_zone"] == "Europe/Paris"
    assert (january["opened"], february["opened"]) == (1, 1), "by the clock in Paris"
    assert (january["opened_and_converted"], january["converted"]) == (1, 0)
    assert (february["opened_and_converted"], february["converted"]) == (0, 1)
    assert (january["conversion_rate"], february["conversion_rate"]) == (1.0, 0.0)
    assert january["first_response"] == {
        "answered": 1,
        "median_seconds": 6000,
        "p95_seconds": 6000,
    }
    assert [each["source"] for each in found["total"]["sources"]] == ["instagram", None]
    now = {each["status"]: each["now"] for each in found["total"]["pipeline"]}
    assert (now["new"], now["converted"], now["disqualified"]) == (1, 1, 0)
    new = next(each for each in january["pipeline"] if each["status"] == "new")
    assert (new["now"], new["left"], new["median_seconds"]) == (0, 1, 6000)


def test_of_a_period_in_which_nobody_came_there_are_zeros_and_no_rate(http: TestClient) -> None:
    found = asked(http, by="week")

    assert [each["starts_on"] for each in found["periods"]][:2] == ["2027-01-01", "2027-01-04"]
    assert {each["opened"] for each in found["periods"]} == {0}
    assert {each["conversion_rate"] for each in found["periods"]} == {None}
    assert found["total"]["sources"] == []


@pytest.mark.parametrize(
    ("by", "many", "first", "last"),
    [
        ("day", 30, "2026-12-06", "2027-01-04"),
        ("week", 12, "2026-10-19", "2027-01-04"),
        ("month", 12, "2026-02-01", "2027-01-01"),
    ],
)
def test_where_nothing_is_said_it_is_the_last_days_weeks_or_months(
    http: TestClient, by: str, many: int, first: str, last: str
) -> None:
    found = http.get(WHERE, params={"by": by}).json()

    starts = [each["starts_on"] for each in found["periods"]]
    assert (len(starts), starts[0], starts[-1]) == (many, first, last)


def test_the_day_on_which_the_clock_is_changed_has_an_hour_less(http: TestClient) -> None:
    found = asked(http, by="day", **{"from": "2027-03-28", "until": "2027-03-29"})

    (sunday,) = found["periods"]
    assert sunday["starts_at"] == "2027-03-27T23:00:00Z"
    assert sunday["ends_at"] == "2027-03-28T22:00:00Z"


def test_a_table_has_the_same_figures_and_no_formulas(running: Running, http: TestClient) -> None:
    comes(running, http, "2027-02-01T09:00:00+01:00", 1, "=1+1")
    comes(running, http, "2027-02-01T09:00:00+01:00", 2, None)
    running.settle()
    found = asked(http)

    answer = http.get(f"{WHERE}.csv", params=FIRST)

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = [*csv.DictReader(io.StringIO(answer.text))]
    told = {(each["period"], each["figure"], each["of"]): each["value"] for each in lines}
    assert told["total", "opened", ""] == str(found["total"]["opened"]) == "2"
    assert told["2027-01-01", "conversion_rate", ""] == ""
    assert told["2027-02-01", "conversion_rate", ""] == "0.0"
    assert told["2027-02-01", "opened_from_source", "'=1+1"] == "1"
    assert told["2027-02-01", "opened_from_unknown_source", ""] == "1"
    assert told["2027-02-01", "now_in_status", "new"] == "2"
    assert len(lines) == len(told) == 3 * (7 + 3 * 6) + 2 * 2 * 3


@pytest.mark.parametrize(
    "asked_",
    [
        {"from": "2027-01-02", "until": "2027-01-02"},
        {"from": "2027-01-02", "until": "2027-01-01"},
        {"from": "2025-01-01", "until": "2026-02-06", "by": "day"},
        {"from": "2300-01-01"},
    ],
)
def test_periods_that_end_before_they_begin_or_are_too_many_are_refused(
    http: TestClient, asked_: dict[str, str]
) -> None:
    for where in (WHERE, f"{WHERE}.csv"):
        refused = http.get(where, params=asked_)
        assert (refused.status_code, refused.json()["code"]) == (422, "periods-invalid")


def test_four_hundred_are_not_too_many(http: TestClient) -> None:
    asked_ = {"from": "2025-01-01", "until": "2026-02-05", "by": "day"}

    assert len(asked(http, **asked_)["periods"]) == 400


def test_what_is_no_day_is_refused(http: TestClient) -> None:
    for said in ("2027-02-30", "1969-12-31", "3000-01-01", "yesterday"):
        assert http.get(WHERE, params={"from": said}).status_code == 422


def test_who_is_erased_still_counts(running: Running, http: TestClient) -> None:
    lead = comes(running, http, "2027-01-05T09:00:00+01:00", 1, "google")
    http.post(f"/v1/leads/{lead['id']}/convert")
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    running.settle()

    total = asked(http)["total"]
    assert (total["opened"], total["opened_and_converted"], total["converted"]) == (1, 1, 1)
    assert [each["source"] for each in total["sources"]] == ["google"]


def test_a_list_that_is_built_anew_tells_the_same(running: Running, http: TestClient) -> None:
    lead = comes(running, http, "2027-01-05T09:00:00+01:00", 1, "google")
    running.clock.set(running.clock() + timedelta(hours=2))
    http.post(f"/v1/leads/{lead['id']}/convert")
    running.settle()
    before = asked(http), http.get("/v1/leads").json()["data"]

    running.http(Role.OPERATOR).post("/v1/read-models/leads/rebuild?anew=true")
    with running.system.database.as_worker() as connection:
        connection.execute("DELETE FROM live.leads")
    running.settle()

    assert (asked(http), http.get("/v1/leads").json()["data"]) == before
    assert before[1][0]["seconds_in"] == {"new": 7200}


def test_who_was_removed_is_not_counted(running: Running, http: TestClient) -> None:
    lead = comes(running, http, "2027-01-05T09:00:00+01:00", 1, "google")
    http.post(f"/v1/leads/{lead['id']}/convert")
    http.delete(f"/v1/leads/{lead['id']}", headers={"If-Match": "*"})
    running.settle()

    total = asked(http)["total"]
    assert (total["opened"], total["converted"], total["sources"]) == (0, 0, [])


def test_it_is_for_who_may_read_leads_of_their_own_business(
    running: Running, http: TestClient
) -> None:
    comes(running, http, "2027-01-05T09:00:00+01:00", 1, "google")
    running.settle()

    for role in (Role.CLIENT, Role.PROFESSIONAL, Role.OPERATOR):
        for where in (WHERE, f"{WHERE}.csv"):
            assert running.http(role).get(where).status_code == 403
    assert running.http(Role.AUDITOR).get(WHERE, params=FIRST).json()["total"]["opened"] == 1
    other = running.http(tenant="0198c0de-0000-7000-8000-0000000000bb")
    assert other.get(WHERE, params=FIRST).json()["total"]["opened"] == 0


def test_who_just_wrote_is_told_of_it(running: Running, http: TestClient) -> None:
    answer = http.post("/v1/leads", json={"person": {"name": "Zoé", "email": "z@example.org"}})
    token = {"Consistency-Token": answer.headers["consistency-token"]}

    assert http.get(WHERE, headers=token).json()["total"]["opened"] == 1
