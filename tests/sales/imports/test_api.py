"""Files of leads over HTTP: sent, previewed, taken in once, told of to nobody."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient

from application.sales.imports import sending, tables
from domain.business.users import AddUser, Role
from domain.values import TenantId, UserId
from tests.running import Running
from tests.sales.imports.files import HEADER, NOBODY, NOOR, ZOE, ZOE_AGAIN, file_of
from tests.sales.imports.sending import (
    CSV,
    IMPORTS,
    counts,
    done,
    imported,
    leads,
    preview,
    salon,
    sent,
)

pytestmark = [pytest.mark.postgres, pytest.mark.together]

SAID = "La ligne n'a ni adresse, ni numéro, ni identifiant externe : personne ne la reconnaîtrait."
ALL = file_of(ZOE, NOOR, ZOE_AGAIN, NOBODY)


@pytest.fixture
def http(running: Running) -> TestClient:
    return salon(running)


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two rows be recorded together."""
    monkeypatch.setattr(sending, "AT_ONCE", 2)


# --- Taken in -------------------------------------------------------------------------


@pytest.mark.usefixtures("in_small_parts")
def test_a_file_becomes_leads_and_what_is_refused_is_told(
    running: Running, http: TestClient
) -> None:
    where = sent(http, ALL, {"Accept-Language": "fr"})

    operation = done(running, http, where)

    assert operation["progress"] == {"done": 4, "total": 4, "counts": "rows", "seconds_left": None}
    assert operation["result"] == {
        "new": 2,
        "attached": 1,
        "already_there": 0,
        "refused": 1,
        "follow_ups": 0,
        "refusals": [{"line": 5, "code": "who-is-missing", "field": None}],
    }
    zoe, noor = leads(running, http)
    assert (zoe["client"]["name"], zoe["client"]["phone"]) == ("Zoé Martin", "+33612345678")
    assert (zoe["opened_at"], zoe["source"]) == ("2026-01-31T09:00:00Z", "salon")
    assert (zoe["latest"]["source"], zoe["message"]) == ("site", "Et en juin ?")
    assert (noor["client"]["name"], noor["source"]) == ("Noor Haddad", "instagram")
    file = http.get(operation["file"]["href"])
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.headers["content-disposition"].endswith('.csv"')
    head, row, end = file.content.decode().split("\r\n")
    before = "refused_line,refused_code,refused_column,refused_reason"
    assert head == f"\ufeff{before},{HEADER.replace(';', ',')}"
    assert row == f'5,who-is-missing,,"{SAID}",Personne,,,,Bonjour,salon,2026-02-04'
    assert end == ""


def test_nobody_is_told_and_nobody_has_a_task(running: Running, http: TestClient) -> None:
    imported(running, http, ALL)

    assert http.get("/v1/tasks").json()["data"] == []
    assert http.get("/v1/outbox").json()["data"] == []


@pytest.mark.usefixtures("in_small_parts")
def test_a_second_run_adds_nothing(running: Running, http: TestClient) -> None:
    imported(running, http, ALL)
    before = running.system.bookmarks.latest(running.tenant)

    again = imported(running, http, file_of(NOBODY, ZOE_AGAIN, NOOR, ZOE))

    assert counts(again) == {"already_there": 3, "refused": 1}
    assert running.system.bookmarks.latest(running.tenant) == before


def test_two_imports_of_one_file_at_once_give_the_same_leads(
    two_systems: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    here, there = two_systems
    http = salon(here)
    several = [file_of(ZOE, NOOR, ZOE_AGAIN, *(f"N{n};;n{n}@example.org;;;;" for n in range(9)))]
    where = [sent(http, content) for content in several * 2]

    with ThreadPoolExecutor(2) as both:
        [*both.map(lambda each: each.settle(), two_systems)]
    results = [done(each, http, w)["result"] for each, w in zip((here, there), where, strict=True)]

    assert len(leads(here, http)) == 11
    together = {name: sum(each[name] for each in results) for name in ("new", "attached")}
    assert together == {"new": 11, "attached": 1}


def test_rows_that_were_refused_can_be_mended_and_sent_again(
    running: Running, http: TestClient
) -> None:
    rows = file_of("=1+1;;;12;;;", "Li;;;12;;;")
    operation = done(running, http, sent(http, rows))

    refused = http.get(operation["file"]["href"]).content.decode()
    mended = refused.replace(",12,", ",+33 6 12 34 56 78,")

    assert ",'=1+1,," in refused
    assert counts(imported(running, http, mended.encode())) == {"new": 2}
    assert {each["client"]["name"] for each in leads(running, http)} == {"=1+1", "Li"}


def test_a_json_object_a_line_is_a_row(running: Running, http: TestClient) -> None:
    lines = [
        {"name": "Zoé", "email": "zoe@example.org", "created_at": "2026-05-01T10:00:00Z"},
        {"name": "Noor", "phone": 33612345678, "utm_source": "fair"},
        {"name": "Bo"},
    ]
    content = b"\n".join(map(msgspec.json.encode, lines))

    result = imported(running, http, content, headers={"Content-Type": "application/jsonl"})

    assert counts(result) == {"new": 2, "refused": 1}
    assert [each["source"] for each in leads(running, http)] == [None, "fair"]


def test_a_file_may_come_in_a_form(running: Running, http: TestClient) -> None:
    fields = {"mapping": '{"Wer": "name", "Wohin": "email"}', "dates": "day-first"}
    content = b"Wer,Wohin\nZoe,zoe@example.org\n"

    answer = http.post(IMPORTS, data=fields, files={"file": ("leads.csv", content, "text/csv")})
    running.settle()

    assert answer.status_code == 202, answer.text
    assert http.get(answer.headers["location"]).json()["result"]["new"] == 1


def test_who_looks_after_a_lead_is_found_by_their_address(
    running: Running, http: TestClient
) -> None:
    colleague = UserId("user-0198c0de-0000-7000-8000-000000000001")
    order = AddUser(
        tenant_id=TenantId(running.tenant),
        user_id=colleague,
        name="Bo",
        email="Bo@salon.example",
        roles=(Role.FRONT_DESK,),
    )
    running.order(order)
    running.settle()
    rows = ["zoe@example.org;bo@salon.example", "noor@example.org;nobody@salon.example"]

    result = imported(running, http, file_of(*rows, header="E-mail;Responsable"))

    assert counts(result) == {"new": 1, "refused": 1}
    assert result["refusals"] == [{"line": 3, "code": "member-not-known", "field": "assignee"}]
    assert [each["assignee_id"] for each in leads(running, http)] == [colleague]


def test_the_longest_rows_are_taken_in_as_any(running: Running, http: TestClient) -> None:
    """As many as one step takes, each with as much as may be said, in letters of several bytes."""
    message = "é" * 9_900
    rows = [f"p{n}@example.org,Zoé {n},{message}" for n in range(40)]
    content = "\n".join(["E-mail,Name,Message", *rows]).encode()
    assert len(content) > sending.MOST_BYTES

    operation = done(running, http, sent(http, content))

    assert (operation["state"], operation["result"]["new"]) == ("done", 40), operation


# --- If asked -------------------------------------------------------------------------


@pytest.mark.usefixtures("in_small_parts")
def test_tasks_are_spread_by_a_daily_limit_and_one_mail_sums_up(
    running: Running, http: TestClient
) -> None:
    rows = [f"N{n};;n{n}@example.org;;;;" for n in range(5)]

    result = imported(running, http, file_of(*rows), tasks=True, daily_limit=2)

    tasks = http.get("/v1/tasks", params={"sort": "due_at"}).json()["data"]
    tomorrow = datetime.fromisoformat("2027-01-05T08:00:00+00:00")  # nine in Paris
    days = [datetime.fromisoformat(each["due_at"]) - tomorrow for each in tasks]
    assert days == [timedelta(days=n) for n in (0, 0, 1, 1, 2)]
    assert result["follow_ups"] == 5
    [mail] = [each["mail"] for each in http.get("/v1/outbox").json()["data"]]
    assert (mail["kind"], mail["to"]["address"]) == ("import-done", "ana@salon.example")
    assert "Nouveaux : 5." in mail["text"]
    assert "du mardi 5 janvier 2027 au jeudi 7 janvier 2027" in mail["text"]


def test_who_is_known_has_no_task_by_an_import(running: Running, http: TestClient) -> None:
    imported(running, http, file_of(ZOE))

    result = imported(running, http, file_of(ZOE_AGAIN), tasks=True)

    assert counts(result) == {"attached": 1}
    assert http.get("/v1/tasks").json()["data"] == []
    [mail] = [each["mail"] for each in http.get("/v1/outbox").json()["data"]]
    assert "Aucune tâche" in mail["text"]


# --- Previewed ------------------------------------------------------------------------


def test_a_preview_says_what_will_be_and_records_nothing(
    running: Running, http: TestClient
) -> None:
    imported(running, http, file_of(NOOR))
    before = running.system.bookmarks.latest(running.tenant)
    header = f"{HEADER};Couleur"
    rows = [f"{row};bleu" for row in (ZOE, NOOR, ZOE_AGAIN, NOBODY)]

    told = preview(http, file_of(*rows, header=header))

    assert running.system.bookmarks.latest(running.tenant) == before
    assert (told["rows"], told["looked_at"], told["dates"]) == (4, 4, "day-first")
    named = {each["name"]: each["field"] for each in told["columns"]}
    assert (named["Créé le"], named["Couleur"]) == ("created_at", None)
    outcomes = {name: told[name] for name in ("new", "attached", "already_there", "refused")}
    assert outcomes == {"new": 1, "attached": 1, "already_there": 1, "refused": 1}
    [refused] = told["refusals"]
    assert (refused["line"], refused["code"]) == (5, "who-is-missing")
    first = told["first"][0]
    assert (first["line"], first["outcome"], first["name"]) == (2, "new", "Zoé Martin")
    assert (first["phone"], first["created_at"]) == ("+33612345678", "2026-01-31T09:00:00Z")


def test_what_a_preview_says_comes_true(running: Running, http: TestClient) -> None:
    told = preview(http, ALL)

    result = imported(running, http, ALL)

    for name in ("new", "attached", "already_there", "refused"):
        assert told[name] == result[name]


# --- What is not taken ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "import-is-empty"),
        (file_of(), 422, "import-is-empty"),
        (b"PK\x03\x04", 422, "file-is-no-text"),
        (b"Wer,Wohin\nZoe,zoe@example.org\n", 422, "columns-not-understood"),
        (file_of(ZOE, NOOR, ZOE_AGAIN, NOBODY, ZOE), 413, "import-too-long"),
    ],
)
def test_what_is_no_file_of_leads_is_refused_before_anything_is_recorded(
    running: Running,
    http: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    status: int,
    code: str,
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 4)

    refused = http.post(IMPORTS, content=content, headers=CSV)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert http.get("/v1/operations").json()["data"] == []
    assert leads(running, http) == []


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"mapping": '{"Nobody": "email"}'}, "mapping-not-understood"),
        ({"mapping": "email"}, "validation-failed"),
        ({"mapping": '{"E-mail": 1}'}, "validation-failed"),
        ({"tasks": "true", "daily_limit": "0"}, "validation-failed"),
        ({"channel": "Hub Spot"}, "validation-failed"),
        ({"dates": "year-first"}, "validation-failed"),
    ],
)
def test_what_is_said_of_a_file_has_to_make_sense(
    http: TestClient, wishes: Mapping[str, str], code: str
) -> None:
    refused = http.post(IMPORTS, content=ALL, params=wishes, headers=CSV)

    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_the_same_key_sends_it_once(http: TestClient) -> None:
    key = {"Idempotency-Key": "once"}

    first, again = (sent(http, ALL, key) for _ in range(2))
    other = http.post(IMPORTS, content=file_of(ZOE), headers={**CSV, **key})

    assert first == again
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("role", [Role.PROFESSIONAL, Role.CLIENT, Role.AUDITOR])
def test_who_may_not_make_leads_imports_none(running: Running, role: Role) -> None:
    links: Any = {Role.CLIENT: {"client_id": "client-1"}}.get(role, {})

    refused = running.http(role, **links).post(IMPORTS, content=ALL, headers=CSV)

    assert (refused.status_code, refused.json()["code"]) == (403, "permission-missing")


def test_a_colleague_sees_nothing_of_what_another_has_sent(
    running: Running, http: TestClient
) -> None:
    where = sent(http, ALL)
    running.settle()

    assert running.http(Role.FRONT_DESK).get(f"{where}/file").status_code == 404
    assert running.http(Role.OPERATOR).get(f"{where}/file").status_code == 403
