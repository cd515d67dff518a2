"""What would have been, asked over HTTP and from the command line: the same, and nothing is recorded."""

import json
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from adapters.long_operations.what_if_in_steps import what_if_in_steps
from application.what_if.policies import Policy
from domain.business.users import Role
from infra.cli import app
from infra.cli.errors import NoBusinessError
from tests.long_operations.carrying import a_worker, finish, killed
from tests.long_operations.test_api import started
from tests.running import Running
from tests.sales.imports.sending import salon as registered
from tests.sales.leads.coming import engage, opened
from tests.scheduling.bookings.at_the_salon import Salon
from tests.scheduling.bookings.ways_in import told as wished
from tests.what_if.remembered import replayed

pytestmark = [pytest.mark.postgres, pytest.mark.together]

WHERE: Final = "/v1/what-if"
HOTTER: Final = {"booking": 60, "engagement_most": 60}
POLICY: Final = {"scoring": HOTTER, "bookings": {"notice_minutes": 60 * 24 * 2, "horizon_days": 90}}
SOONER: Final = "2027-01-05T10:00:00+01:00"
LATER: Final = "2027-01-12T10:00:00+01:00"


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def salon(running: Running, http: TestClient) -> Salon:
    """A salon to which some leads came, of whom one booked, soon and later; and somebody else told of a wish."""
    salon = Salon.opened(running)
    for name in ("ana", "bea", "zoe"):
        lead = opened(http, person={"name": name, "email": f"{name}@example.org"}, message="Hello")
    for start in (SOONER, LATER):
        assert salon.book(http, start, client_id=lead["client_id"]).status_code == 201
    assert not isinstance(wished(running, salon, "2027-01-05T13:00:00+01:00"), str)
    running.settle()
    return salon


def lines(http: TestClient, where: str) -> tuple[Any, list[Any]]:
    """Return what an operation tells in the end, and its file."""
    done = http.get(where).json()
    assert done["state"] == "done", done
    file = http.get(done["file"]["href"]).text if done["file"] else ""
    return done, [json.loads(line) for line in file.splitlines()]


def head(running: Running) -> Any:
    with running.system.database.as_worker() as connection:
        return connection.execute(
            "SELECT max(position), (SELECT hash FROM log.events ORDER BY position DESC LIMIT 1)"
            " FROM log.events"
        ).fetchone()


def history(running: Running) -> list[Any]:
    """Return all that happened in the business."""
    reader = running.system.reader
    with running.system.database.as_worker() as connection:
        return reader.of_tenant(connection, running.tenant, 0, 10_000)


def test_what_would_have_been_is_told_as_a_file_and_added_up(
    running: Running, salon: Salon, http: TestClient
) -> None:
    before = head(running)
    where = started(http, WHERE, json=POLICY)
    running.settle()

    done, told = lines(http, where)

    result = done["result"]
    lead, *bookings = told
    assert (done["about"], done["progress"]["counts"]) == ("scoring, bookings", "events")
    assert done["progress"]["done"] == done["progress"]["total"] == before[0]
    assert (result["leads"], result["leads_otherwise"]) == (3, 1)
    assert (result["decisions"], result["decisions_refused"]) == (3, 2)
    assert result["temperatures_were"] == {"cold": 2, "warm": 1}
    assert result["temperatures_would_be"] == {"cold": 2, "hot": 1}
    assert result["refusals"] == {"notice-too-short": 2}
    assert (lead["kind"], lead["now"]["would_be"]["temperature"]) == ("lead", "hot")
    assert {each["kind"] for each in bookings} == {"booking"}
    assert {each["decision"] for each in bookings} == {"booking-requested"}


def test_nothing_is_recorded_by_it(running: Running, salon: Salon, http: TestClient) -> None:
    before, tasks = head(running), http.get("/v1/tasks").json()["data"]

    started(http, WHERE, json=POLICY)
    running.settle()

    assert head(running) == before
    assert http.get("/v1/tasks").json()["data"] == tasks


def test_it_is_what_is_found_in_memory(running: Running, salon: Salon, http: TestClient) -> None:
    where = started(http, WHERE, json=POLICY)
    running.settle()

    done, told = lines(http, where)

    found, counted = replayed(history(running), msgspec.convert(POLICY, Policy))
    assert told == [json.loads(msgspec.json.encode(each)) for each in found]
    assert done["result"] == json.loads(msgspec.json.encode(counted))


def test_by_the_weights_and_rules_that_there_are_nothing_is_told(
    running: Running, salon: Salon, http: TestClient
) -> None:
    same = {"scoring": http.get("/v1/scoring").json()["weights"], "bookings": {"horizon_days": 365}}
    where = started(http, WHERE, json=same)
    running.settle()

    done, told = lines(http, where)

    assert (told, done["file"]) == ([], None)
    assert (done["result"]["leads"], done["result"]["decisions"]) == (3, 3)


def test_what_happened_since_it_was_begun_is_not_looked_at(
    running: Running, salon: Salon, http: TestClient
) -> None:
    where = started(http, WHERE, json={"scoring": HOTTER})
    worker = a_worker(running.system)
    worker.run_due()
    late = opened(http, person={"name": "late", "email": "late@example.org"})
    for each in http.get("/v1/leads").json()["data"]:
        engage(http, each, "booking", "another")
    finish(worker)

    done, told = lines(http, where)

    assert done["result"]["leads"] == 3
    assert late["id"] not in {each["lead_id"] for each in told}
    assert len(told) == 1


@pytest.mark.parametrize("step", [2])
def test_it_goes_on_after_a_kill_and_tells_each_once(
    running: Running, salon: Salon, http: TestClient, step: int
) -> None:
    whole = started(http, WHERE, json=POLICY)
    finish(a_worker(running.system))
    where = started(http, WHERE, json=POLICY)
    survivor = a_worker(running.system)

    killed(running.system, "what-if", step)
    while not survivor.run_due():
        pass
    finish(survivor)

    (done, told), (first, told_first) = lines(http, where), lines(http, whole)
    assert (done["result"], told) == (first["result"], told_first)


def test_where_the_file_is_full_it_is_only_counted(
    running: Running, salon: Salon, http: TestClient
) -> None:
    where = started(http, WHERE, json=POLICY)
    reader, database = running.system.reader, running.system.database
    work = what_if_in_steps(database, reader, at_once=1, full=1)
    finish(a_worker(running.system, {"what-if": work}))

    done, told = lines(http, where)

    assert len(told) == 1
    assert done["result"]["untold"] == 2
    assert (done["result"]["leads_otherwise"], done["result"]["decisions_refused"]) == (1, 2)


def test_of_who_was_erased_it_is_told_that_nothing_can_be(
    running: Running, salon: Salon, http: TestClient
) -> None:
    (lead,) = http.get("/v1/leads?temperature=warm").json()["data"]
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    where = started(http, WHERE, json=POLICY)
    running.settle()

    done, told = lines(http, where)

    assert (done["result"]["leads"], done["result"]["leads_erased"]) == (3, 1)
    assert {each["kind"] for each in told} == {"booking"}
    assert done["result"]["decisions_unknown"] == 0


def test_nothing_of_a_person_is_in_the_file(
    running: Running, salon: Salon, http: TestClient
) -> None:
    where = started(http, WHERE, json=POLICY)
    running.settle()

    file = http.get(f"{where}/file").text

    assert file
    assert not any(word in file for word in ("zoe", "example.org", "Hello", "gus", "Gus"))


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "policy-empty", None),
        ({"bookings": {}}, "policy-empty", None),
        ({"scoring": {"hot": 10, "warm": 20}}, "weights-contradict", None),
        ({"bookings": {"notice_minutes": -5}}, "invalid-settings", "#/bookings/notice_minutes"),
        ({"scoring": {"name": -1}}, "validation-failed", "#/scoring/name"),
        ({"bookings": {"hours": 3}}, "validation-failed", "#/bookings/hours"),
    ],
)
def test_what_nobody_could_decide_by_is_refused(
    http: TestClient, body: dict[str, Any], code: str, pointer: str | None
) -> None:
    refused = http.post(WHERE, json=body)

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert pointer is None or refused.json()["errors"][0]["pointer"] == pointer


def test_it_is_asked_and_read_by_who_decides_such_things(
    running: Running, salon: Salon, http: TestClient
) -> None:
    for role in (Role.FRONT_DESK, Role.PROFESSIONAL, Role.CLIENT, Role.AUDITOR, Role.OPERATOR):
        assert running.http(role).post(WHERE, json=POLICY).status_code == 403
    where = started(http, WHERE, json=POLICY)
    running.settle()

    auditor = running.http(Role.AUDITOR)
    assert auditor.get(where).status_code == 200
    assert auditor.get(f"{where}/file").status_code == 403


# --- From the command line ------------------------------------------------------------------


def replay(tmp_path: Path, tenant: str, text: str, *more: str) -> Result:
    file = tmp_path / "policy"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["replay", "--policy", str(file), "--tenant", tenant, *more])


IN_YAML: Final = """
scoring:
  booking: 60
  engagement_most: 60
bookings: {notice_minutes: 2880, horizon_days: 90}
"""


@pytest.mark.parametrize("text", [json.dumps(POLICY), IN_YAML], ids=["JSON", "YAML"])
def test_the_command_tells_the_same_and_records_nothing(
    running: Running,
    salon: Salon,
    http: TestClient,
    dsn: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
) -> None:
    monkeypatch.setenv("DATABASE_URL", dsn)
    unknown = replay(tmp_path, running.tenant, text)
    registered(running)
    where = started(http, WHERE, json=POLICY)
    running.settle()
    before, (done, told) = head(running), lines(http, where)

    in_json = replay(tmp_path, running.tenant, text, "--json")
    in_words = replay(tmp_path, running.tenant, text)

    assert isinstance(unknown.exception, NoBusinessError)
    assert [json.loads(line) for line in in_json.stdout.splitlines()] == [*told, done["result"]]
    assert f"{told[0]['lead_id']}: warm 55 (" in in_words.stdout
    assert "booking 40 ─► 60" in in_words.stdout
    assert in_words.stdout.count("─► notice-too-short") == 2
    assert head(running) == before
    assert len(http.get("/v1/operations").json()["data"]) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("scoring: [", "neither JSON nor YAML"),
        ("- 1", "PolicyBody"),
        ("scoring: {hot: 1000}", "scoring.hot"),
        ("unknown: 1", "unknown"),
    ],
)
def test_the_command_says_what_is_wrong_with_a_policy(
    tmp_path: Path, running: Running, text: str, why: str
) -> None:
    refused = replay(tmp_path, running.tenant, text)

    assert refused.exit_code == 2
    assert why in refused.output
