"""Whatever goes wrong is told in one form, and nothing of our insides is told at all."""

import json
from contextlib import ExitStack
from html import unescape

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from api.problems.facts import facts_of
from api.problems.french import FRENCH
from api.problems.statuses import status_of
from application.ports import OutcomeUnknownError, StoreUnavailableError
from domain.messages import DomainError
from domain.scheduling.bookings import BookingStatus
from infra.settings import Mode, Settings
from tests.http.faulty import with_backend
from tests.http.routes import refusals
from tests.running import Running

pytestmark = pytest.mark.postgres

CUT = {"name": "Cut", "duration_minutes": 45}
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "trace_id"}


@pytest.fixture
def settings() -> Settings:
    return Settings(mode=Mode.TEST, most_body_bytes=1_000)


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def test_an_unknown_path_is_a_problem_too(http) -> None:
    for path in ("/nowhere", "/v2/services", "/v1/services/a/b/c", "/v1/", "/"):
        refused = http.get(path)

        assert (refused.status_code, refused.json()["code"]) == (404, "path-unknown")
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json().keys() >= MEMBERS
        assert refused.json()["instance"] == path


def test_another_method_is_answered_with_those_there_are(http) -> None:
    refused = http.post("/v1/services/service-00000000-0000-0000-0000-000000000000")

    assert (refused.status_code, refused.json()["code"]) == (405, "method-not-allowed")
    assert refused.headers["allow"] == "DELETE, GET, HEAD, PUT"


def test_head_is_get_without_a_body(http) -> None:
    where = http.post("/v1/services", json=CUT).headers["location"]

    head = http.head(where)

    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", '"1"')


def test_a_body_that_is_too_large_is_refused_as_announced(http) -> None:
    refused = http.post("/v1/services", json={"name": "x" * 1_000})

    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
    assert refused.json()["most_bytes"] == 1_000
    assert refused.headers["x-trace-id"] == refused.json()["trace_id"]


def test_a_body_that_is_too_large_is_refused_as_it_comes(http) -> None:
    def pieces():
        yield b'{"name": "'
        for _ in range(100):
            yield b"x" * 100

    refused = http.post(
        "/v1/services", content=pieces(), headers={"Content-Type": "application/json"}
    )

    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b'{"name": ' + b"9" * 900 + b"}",
        b'{"name": "Cut"} {"name": "Cut"}',
    ],
)
def test_a_body_that_cannot_be_read_is_refused(http, body) -> None:
    refused = http.post("/v1/services", content=body, headers={"Content-Type": "application/json"})

    assert refused.status_code in (400, 422), refused.text
    assert refused.json()["code"] in ("body-malformed", "validation-failed")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "multipart/form-data"])
def test_bodies_are_taken_as_json_only(http, kind) -> None:
    refused = http.post("/v1/services", content=json.dumps(CUT), headers={"Content-Type": kind})

    assert (refused.status_code, refused.json()["code"]) == (415, "media-type-unsupported")


def test_each_fault_has_a_pointer_to_its_place(http) -> None:
    refused = http.post(
        "/v1/services", json={"price": {"amount": -1, "currency": "EUR"}, "a/b~c": 1}
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed")
    assert {(e["pointer"], e["code"]) for e in refused.json()["errors"]} == {
        ("#/name", "missing"),
        ("#/duration_minutes", "missing"),
        ("#/price/amount", "greater-than-equal"),
        ("#/a~1b~0c", "extra-forbidden"),
    }


def test_a_missing_body_is_pointed_to_as_a_whole(http) -> None:
    refused = http.post("/v1/services")

    assert [error["pointer"] for error in refused.json()["errors"]] == ["#"]


@pytest.mark.parametrize(
    ("accepted", "title", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "Adresse inconnue", "fr"),
        ("de;q=1, en;q=0.5, fr;q=0.6", "Adresse inconnue", "fr"),
        ("es-419, FR_be;q=0.6, en;q=0.5", "Adresse inconnue", "fr"),
        ("frr, en", "Path unknown", "en"),
        ("fr-" + "a-" * 2_000, "Adresse inconnue", "fr"),
        ("fr;q=0, en", "Path unknown", "en"),
        ("fr;q=much", "Path unknown", "en"),
        ("", "Path unknown", "en"),
    ],
)
def test_titles_are_in_the_readers_language(http, accepted, title, language) -> None:
    refused = http.get("/nowhere", headers={"Accept-Language": accepted})

    assert (refused.json()["title"], refused.headers["content-language"]) == (title, language)
    assert refused.json()["code"] == "path-unknown"


def test_our_own_mistakes_leak_nothing_and_are_found_in_the_log(running: Running) -> None:
    def fail(*_):
        raise RuntimeError("the password is hunter2")

    with capture_logs() as logs:
        refused = with_backend(running, dispatch=fail).post("/v1/services", json=CUT)

    assert (refused.status_code, refused.json()["code"]) == (500, "internal-error")
    assert refused.json().keys() == MEMBERS
    assert "hunter2" not in refused.text
    assert refused.headers["x-content-type-options"] == "nosniff"
    [entry] = [entry for entry in logs if entry["event"] == "unexpected-error"]
    assert entry["trace_id"] == refused.json()["trace_id"] == refused.headers["x-trace-id"]


def test_while_the_database_is_away_one_is_asked_to_come_again(running: Running) -> None:
    def fail(*_):
        raise StoreUnavailableError

    refused = with_backend(running, dispatch=fail).post("/v1/services", json=CUT)

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"] == "1"


def test_what_may_have_been_done_is_not_told_as_refused(running: Running) -> None:
    def fail(*_):
        raise OutcomeUnknownError

    refused = with_backend(running, dispatch=fail).post("/v1/services", json=CUT)

    assert (refused.status_code, refused.json()["code"]) == (503, "outcome-unknown")
    assert "same Idempotency-Key" in refused.json()["detail"]


def test_what_was_recorded_is_not_told_as_refused_if_it_cannot_be_shown(running: Running) -> None:
    class Away:
        def __getattr__(self, _name):
            raise StoreUnavailableError

    key = {"Idempotency-Key": "once"}
    http = running.http()

    refused = with_backend(running, read_models=Away()).post("/v1/services", json=CUT, headers=key)

    assert (refused.status_code, refused.json()["code"]) == (503, "outcome-unknown")
    running.settle()
    [made] = http.get("/v1/services").json()["data"]
    assert made["name"] == CUT["name"]


def test_who_finds_every_connection_in_use_is_asked_to_come_again(running: Running) -> None:
    http = running.http()

    with ExitStack() as in_use:
        for _ in range(16):
            in_use.enter_context(running.system.database.as_tenant(running.tenant))
        refused = http.get("/v1/services")

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"] == "1"
    assert http.get("/v1/services").status_code == 200


def test_every_refusal_is_said_in_both_languages() -> None:
    for refusal in refusals():
        assert (refusal.__doc__ or "").strip(), refusal
        assert 400 <= status_of(refusal(allowed=[]))[0] < 600
    codes = {refusal.code for refusal in refusals()}
    assert codes - FRENCH.keys() == set(), "French words are missing in api/problems/french/"
    assert FRENCH.keys() - codes == set(), "nothing is refused with this code any more"


def test_what_was_refused_is_told_in_the_readers_language(http: TestClient) -> None:
    refused = http.get("/nowhere", headers={"Accept-Language": "fr-BE"})

    assert (
        refused.json()["detail"] == "Il n'y a rien à cette adresse ; `/docs` montre ce qu'il y a."
    )
    assert refused.headers["content-language"] == "fr"


def test_languages_may_be_wished_for_in_several_headers(http: TestClient) -> None:
    wishes = [("Accept-Language", "de"), ("Accept-Language", "fr;q=0.5")]

    refused = http.get("/nowhere", headers=httpx.Headers(wishes))

    assert refused.headers["content-language"] == "fr"


def test_the_type_of_a_refusal_leads_to_a_page_about_it(http: TestClient) -> None:
    refused = http.get("/v1/services/zoe").json()
    french = {"Accept-Language": "fr"}

    page, translated = http.get(refused["type"]), http.get(refused["type"], headers=french)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert refused["detail"] in unescape(page.text)
    assert "Il n'y a rien ici sous cet identifiant." in unescape(translated.text)


def test_every_refusal_has_a_page_that_says_which_facts_it_tells(running: Running) -> None:
    http = TestClient(running.app)  # a stranger
    listed = http.get("/problems?language=en").text

    for kind in refusals():
        page = http.get(f"/problems/{kind.code}?language=en")
        assert kind.says in unescape(page.text), kind.code
        assert f"/problems/{kind.code}?" in listed
        assert all(f"<code>{fact}</code>" in page.text for fact in facts_of(kind))
    assert http.get("/problems/nothing-at-all").json()["code"] == "not-found"


def test_codes_are_told_apart() -> None:
    kinds: dict[str, type[DomainError]] = {}
    for refusal in refusals():
        assert kinds.setdefault(refusal.code, refusal) is refusal


def test_nothing_has_an_id_of_another_form(http: TestClient) -> None:
    for path in ("/v1/services/zoe", "/v1/bookings/booking-7", "/v1/taxes/client-7/history"):
        refused = http.get(path)
        assert (refused.status_code, refused.json()["code"]) == (404, "not-found"), path


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("bookings?status=new", {"allowed": [str(each) for each in BookingStatus]}),
        ("services?active=yes", {"allowed": ["true", "false"]}),
        ("bookings?starts_at.gte=tomorrow", {"example": "2027-01-05T09:30:00Z"}),
        ("taxes?rate=high", {"example": "20"}),
    ],
)
def test_who_filters_by_what_is_none_hears_what_would_be_one(
    http: TestClient, asked: str, told: dict[str, object]
) -> None:
    refused = http.get(f"/v1/{asked}")

    assert (refused.status_code, refused.json()["code"]) == (400, "query-invalid")
    assert refused.json() == {**refused.json(), **told}
