"""Leads over HTTP: what was done about one, and what happened with its person, as one list."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from application.ports import Recorded
from domain.business.users import Role
from projections.people.client_timeline import EntryKind, TimelineEntry
from projections.sales.activities import Place, Told, merged
from tests.acceptance.rebuilding import assert_rebuilt_is_the_same
from tests.files.pictures import picture
from tests.files.sending import send
from tests.running import Running
from tests.sales.leads.coming import ZOE, engage, opened
from tests.sales.leads.examples import client_id, lead_engaged, lead_id, now
from tests.scheduling.bookings.at_the_salon import Salon


def activities(http: TestClient, lead: Any, **asked: Any) -> Any:
    answer = http.get(f"/v1/leads/{lead['id']}/activities", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def record(http: TestClient, lead: Any, kind: str, **said: str) -> Any:
    return http.post(f"/v1/leads/{lead['id']}/activities", json={"kind": kind, **said})


@pytest.mark.postgres
def test_everything_that_was_done_and_happened_is_told_by_whom_the_newest_first(
    running: Running, http: TestClient
) -> None:
    salon, lead = Salon.opened(running), opened(http, message="Do you do weddings?")
    where = f"/v1/leads/{lead['id']}"

    def later() -> None:
        running.clock.set(running.clock() + timedelta(minutes=1))

    stage = http.post("/v1/stages", json={"name": "Offered", "position": 1}).json()["id"]
    for do in (
        lambda: engage(http, lead, "visit", "monday"),
        lambda: record(http, lead, "call", text="Zoé is away"),
        lambda: record(http, lead, "note", text="Likes tea"),
        lambda: http.put(f"{where}/stage", json={"stage_id": stage}),
        lambda: http.put(f"{where}/company", json={"name": "Acme"}),
        lambda: salon.book(http, client_id=lead["client_id"]),
        lambda: send(http, lead["client_id"], picture()),
        lambda: http.post(f"/v1/tasks/{lead['task_id']}/complete", json={}),
        lambda: http.delete(where),
        lambda: http.post(f"{where}/restoration"),
        lambda: http.post(f"{where}/convert"),
    ):
        later()
        do()
    running.settle()
    told = activities(http, lead)["data"]
    assert_rebuilt_is_the_same(running.system)

    assert [each["kind"] for each in told] == [
        *("converted", "restored", "removed", "engagement", "file", "engagement", "booking"),
        *("company", "staged", "note", "moved", "contact", "engagement", "opened", "task"),
    ]
    by_kind = {each["kind"]: each for each in told}
    assert {each["by"] for each in told} == {by_kind["opened"]["by"]}
    assert by_kind["contact"]["way"] == "call"
    assert by_kind["note"]["text"] == "Likes tea"
    assert by_kind["opened"]["text"] == "Do you do weddings?"
    assert by_kind["staged"]["stage_id"] == stage
    assert by_kind["company"]["company"]["name"] == "Acme"
    assert (by_kind["moved"]["previous_status"], by_kind["moved"]["status"]) == (
        "new",
        "attempting",
    )
    assert by_kind["task"]["entry"]["task_status"] == "done"
    assert by_kind["booking"]["entry"]["status"] == "pending"
    times = [datetime.fromisoformat(each["at"]) for each in told]
    assert times == sorted(times, reverse=True)


@pytest.mark.postgres
def test_pages_are_the_whole_list_cut_anywhere(running: Running, http: TestClient) -> None:
    lead = opened(http)
    for n in range(7):
        running.clock.set(running.clock() + timedelta(minutes=n % 2))
        record(http, lead, ("note", "call")[n % 3 == 0], text=f"No. {n}")
    running.settle()
    whole = activities(http, lead)["data"]

    found, cursor = list[Any](), dict[str, str]()
    while True:
        page = activities(http, lead, limit=2, **cursor)
        found += page["data"]
        if not page["has_more"]:
            break
        assert len(page["data"]) == 2
        cursor = {"cursor": page["next_cursor"]}

    assert found == whole
    assert len(whole) == len({str(each) for each in whole})


@pytest.mark.postgres
def test_a_note_is_no_contact_and_a_call_is_one(running: Running, http: TestClient) -> None:
    lead = opened(http)
    running.clock.set(running.clock() + timedelta(minutes=2))
    note = record(http, lead, "note", text="Likes tea")
    noted = http.get(f"/v1/leads/{lead['id']}").json()
    call = record(http, lead, "call")
    called = http.get(f"/v1/leads/{lead['id']}").json()

    assert (note.status_code, call.status_code) == (201, 201)
    assert note.json()["kind"] == "note"
    assert (noted["answered_after"], called["answered_after"]) == (None, 120)
    silent = record(http, lead, "note")
    assert (silent.status_code, silent.json()["code"]) == (422, "validation-failed")
    unknown = record(http, lead, "smoke-signal", text="hello")
    assert unknown.status_code == 422


@pytest.mark.postgres
def test_the_same_key_writes_one_note(running: Running, http: TestClient) -> None:
    lead, key = opened(http), {"Idempotency-Key": "7"}
    where = f"/v1/leads/{lead['id']}/activities"
    answers = [
        http.post(where, json={"kind": "note", "text": "Likes tea"}, headers=key).json()
        for _ in range(2)
    ]
    running.settle()

    assert answers[0] == answers[1]
    kinds = [each["kind"] for each in activities(http, lead)["data"]]
    assert kinds.count("note") == 1


@pytest.mark.postgres
def test_a_note_on_a_client_who_was_a_lead_is_theirs(running: Running, http: TestClient) -> None:
    lead = opened(http)
    http.post(f"/v1/leads/{lead['id']}/convert")
    noted = record(http, lead, "note", text="Likes tea")
    called = record(http, lead, "call")
    running.settle()

    assert noted.status_code == 201
    assert called.json()["code"] == "lead-is-converted"
    timeline = http.get(f"/v1/clients/{lead['client_id']}/timeline").json()["data"]
    assert "Likes tea" in [each["text"] for each in timeline]


@pytest.mark.postgres
def test_what_happened_with_them_under_another_record_is_theirs_too(
    running: Running, http: TestClient
) -> None:
    lead = opened(http)
    other = http.post("/v1/clients", json={"name": "Zoé", "phone": "+33199001234"}).json()["id"]
    http.post(f"/v1/clients/{other}/notes", json={"text": "Rang twice"})
    http.post(f"/v1/clients/{lead['client_id']}/merge", json={"sources": [other]})
    running.settle()

    assert "Rang twice" in [each["text"] for each in activities(http, lead)["data"]]


@pytest.mark.postgres
def test_who_is_erased_leaves_what_was_done_without_words(running: Running, http) -> None:
    lead = opened(http, message="henna")
    record(http, lead, "call", text="henna")
    record(http, lead, "note", text="henna")
    running.settle()
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    running.settle()
    told = activities(http, lead)["data"]

    assert "henna" not in str(told)
    assert {"opened", "contact"} <= {each["kind"] for each in told}
    assert record(http, lead, "note", text="More").json()["code"] == "client-is-erased"


@pytest.mark.postgres
def test_activities_are_for_who_sees_leads(running: Running, http: TestClient) -> None:
    lead = opened(http)
    where = f"/v1/leads/{lead['id']}/activities"

    assert running.http(Role.AUDITOR).get(where).status_code == 200
    for role in (Role.CLIENT, Role.PROFESSIONAL):
        assert running.http(role).get(where).status_code == 403
    other = running.http(tenant="0198c0de-0000-7000-8000-0000000000bb")
    assert other.get(where).status_code == 404
    assert other.post(where, json={"kind": "note", "text": "x"}).status_code == 404
    assert running.http(Role.AUDITOR).post(where, json={"kind": "call"}).status_code == 403


@pytest.mark.postgres
def test_tasks_and_files_of_a_client_are_on_their_timeline_for_those_who_see_them(
    running: Running, http: TestClient
) -> None:
    client = http.post("/v1/clients", json=ZOE).json()["id"]
    due = {"due_at": "2027-02-01T09:00:00Z", "title": "Ring", "client_id": client}
    kept, removed = (http.post("/v1/tasks", json=due).json()["id"] for _ in range(2))
    sent = send(http, client, picture()).json()["id"]
    gone = send(http, client, picture(width=41)).json()["id"]
    http.delete(f"/v1/tasks/{removed}")
    http.delete(f"/v1/files/{gone}")
    running.settle()
    where = f"/v1/clients/{client}/timeline"

    told = {each["id"]: each for each in http.get(where).json()["data"]}
    assert told.keys() == {kept, sent}
    assert (told[kept]["text"], told[kept]["task_status"]) == ("Ring", "open")
    assert told[sent]["file_status"] == "ready"
    professional = running.http(Role.PROFESSIONAL, professional_id="professional-1")
    assert {each["id"] for each in professional.get(where).json()["data"]} == {kept, sent}
    themselves = running.http(Role.CLIENT, client_id=client)
    assert themselves.get(where).json()["data"] == []


# --- Two lines as one -----------------------------------------------------------------


def recorded(version: int, minutes: int) -> Recorded:
    return Recorded(
        position=version,
        tenant="a",
        tenant_position=version,
        stream=lead_id,
        version=version,
        type="lead-engaged.v1",
        event=lead_engaged,
        recorded_at=now + timedelta(minutes=minutes),
        metadata_json='{"actor": "user-1"}',
    )


def entry(number: int, minutes: int) -> TimelineEntry:
    return TimelineEntry(
        id=f"note-{number}",
        client_id=client_id,
        kind=EntryKind.NOTE,
        created_at=now + timedelta(minutes=minutes),
    )


TIMES = st.lists(st.integers(0, 5), max_size=12)


@given(TIMES, TIMES, st.integers(1, 4))
def test_wherever_the_list_is_cut_it_goes_on_as_if_it_had_not_been(
    own: list[int], theirs: list[int], limit: int
) -> None:
    """Whatever the clock did: times that are equal, or went back, are no trouble."""
    lead = [recorded(n + 1, minutes) for n, minutes in enumerate(own)][::-1]
    entries = [entry(n, minutes) for n, minutes in enumerate(theirs)]

    def told(place: Place) -> list[Told]:
        before = [past for past in lead if place.version is None or past.version < place.version]
        known = [each.id for each in entries]
        behind = entries[known.index(place.key) + 1 :] if place.key else entries
        return [*merged(iter(before), iter(behind), place)]

    whole, found, place = told(Place()), list[Told](), Place()
    while page := told(place)[:limit]:
        found += page
        place = page[-1].place

    assert found == whole
    assert len(whole) == len(own) + len(theirs)
