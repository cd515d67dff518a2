"""Whatever strangers send, they get a refusal that can be read, and nothing else comes of it."""

import logging
import re
from collections.abc import Iterator
from typing import Final

import pytest
from structlog.testing import capture_logs

from adapters.event_store.reader import head
from api.openapi.routes import query_of
from api.problems.documents import PROBLEM
from api.web.gate import permission_of
from infra.settings import Mode, Settings
from tests.http import hostile
from tests.http.examples_of_bodies import HERE, ID
from tests.http.furnished import ASKING, CALLED, furnish, reversible, token
from tests.http.hostile import Asked
from tests.http.raw import Answer, Raw
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.thorough]

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "trace_id"}
ANY = [(b"if-match", b"*")]


@pytest.fixture
def settings() -> Settings:
    return Settings(mode=Mode.TEST, limit_factor=10_000, inbound_secrets=CALLED)


ORDERED = ("/batch", "/exports", "/heard", "/imports", "/schedule-reminders", "/upload")
EVERYBODYS = {"/v1/read-models/{read_model}/rebuild"}
"""What belongs to no business."""

ANOTHER = "3b0d6f6e-4a56-4d3c-8a52-3b8f0d2a7a01"


class Stranger:
    """Sends what they like; sees to it that they get no more than they are due."""

    def __init__(self, running: Running, raw: Raw) -> None:
        self._running = running
        self._raw = raw
        self._known = self.position()

    def tries(self, method: str, target: str, body: bytes = b"", **more: object) -> Answer:
        """Ask, and look at what comes of it."""
        answer = self._raw(method, target, body, **more)  # type: ignore[arg-type]
        sent = f"{method} {target[:200]} {body[:500]!r} {str(more)[:200]}: {answer.body[:500]!r}"
        assert answer.status < 500, sent
        if answer.status >= 400:
            assert_problem(answer, sent)
        if method != "GET":
            self._assert_nothing_half_done(answer, sent)
        return answer

    def _assert_nothing_half_done(self, answer: Answer, sent: str) -> None:
        known, self._known = self._known, self.position()
        assert answer.status < 400 or self._known == known, f"half done: {sent}"

    def position(self) -> int:
        with self._running.system.database.as_worker() as connection:
            return head(connection)


MAILED: Final = (f"/f/form-{ID}/confirm",)
"""Where a link leads that was mailed, and here it was not."""

FOR_PEOPLE = re.compile(r"[A-Z]+ /f/")
"""What a page is for: people read why they are refused."""


def assert_problem(answer: Answer, sent: str) -> None:
    assert b"Traceback" not in answer.body, sent
    if FOR_PEOPLE.match(sent):
        assert answer.headers["content-type"] in (PROBLEM, "text/html; charset=utf-8"), sent
        return
    assert answer.headers["content-type"] == PROBLEM, sent
    document = answer.json()
    assert document.keys() >= MEMBERS, sent
    assert document["status"] == answer.status, sent
    assert b'File \\"' not in answer.body, sent
    for error in document.get("errors", ()):
        assert error["pointer"].startswith("#"), sent


@pytest.fixture
def stranger(running: Running) -> Iterator[Stranger]:
    """Somebody with every right there is, in a business where everything is there under `ID`."""
    furnish(running)
    raw = Raw(running.app, f"Bearer {token(running)}")
    yield Stranger(running, raw)
    raw.close()


@pytest.fixture
def quiet(stranger: Stranger, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What strangers send is theirs to see to: nothing is written into the log, secrets least."""
    with capture_logs() as logs, caplog.at_level(logging.WARNING):
        yield
    assert logs == []
    assert caplog.records == []


FOUND: Final = {200, 301, 302}
"""There it is, or somewhere else."""


# --- The whole walk ---------------------------------------------------------------------


def test_the_walk_finds_something_at_every_address(stranger: Stranger) -> None:
    for asked in hostile.everything():
        if asked.method == "GET" and not asked.path.endswith(MAILED):
            found = stranger.tries("GET", asked.path + ASKING.get(asked.path, ""))
            assert found.status in FOUND, asked


def test_what_is_another_tenants_is_not_there_at_any_address(
    stranger: Stranger, running: Running
) -> None:
    """Somebody with every right there is in another business knows all ids of this one."""
    known = stranger.position()
    raw = Raw(running.app, f"Bearer {token(running, tenant=ANOTHER)}")
    try:
        for asked in hostile.everything():
            if permission_of(asked.route) is None or "{" not in asked.route.path:
                continue
            if asked.route.path in EVERYBODYS:
                continue
            target = asked.path + ASKING.get(asked.path, "")
            answer = raw(asked.method, target, asked.body(), headers=ANY)
            assert answer.status == 404, f"{asked}: {answer.body[:300]!r}"
    finally:
        raw.close()
    assert stranger.position() == known


@pytest.mark.usefixtures("quiet")
def test_no_address_is_too_strange(stranger: Stranger) -> None:
    for asked, path in hostile.templates():
        for part in hostile.ADDRESSED:
            stranger.tries(asked.method, path.replace(HERE, part), asked.body(), headers=ANY)


@pytest.mark.usefixtures("quiet")
def test_no_question_is_too_strange(stranger: Stranger) -> None:
    before = stranger.position()

    for asked in (each for each in hostile.everything() if each.method == "GET"):
        for name in known_parameters(stranger, asked):
            for value in hostile.values_of(name):
                stranger.tries("GET", f"{asked.path}?{name}={value}")

    assert stranger.position() == before


def known_parameters(stranger: Stranger, asked: Asked) -> list[str]:
    """Find out which parameters a route does not refuse as unknown; of lists at old paths only
    those that are not passed on as they are.
    """
    declared = [parameter.alias for parameter in query_of(asked.route)]
    if not asked.path.startswith("/v1"):
        return [*declared, *hostile.NUMBERED]
    if "{" in asked.route.path:
        return [*declared, "as_of"]
    refused = (b"unknown parameter", b'"unknown":[', b"unknown together")
    answers = {
        name: stranger.tries("GET", f"{asked.path}?{name}=x").body for name in hostile.PARAMETERS
    }
    return [name for name, body in answers.items() if not any(each in body for each in refused)]


@pytest.mark.usefixtures("quiet")
def test_no_body_is_too_strange(stranger: Stranger) -> None:
    for asked in hostile.everything():
        if asked.model is not None:
            for body in hostile.BODIES:
                stranger.tries(asked.method, asked.path, body, headers=ANY)


@pytest.mark.usefixtures("quiet")
def test_bodies_of_other_kinds_are_not_read(stranger: Stranger) -> None:
    for asked in hostile.everything():
        if asked.model is not None:
            for kind in hostile.KINDS:
                stranger.tries(asked.method, asked.path, asked.body(), kind=kind, headers=ANY)


@pytest.mark.usefixtures("quiet")
def test_nothing_in_a_body_is_too_strange(stranger: Stranger) -> None:
    by_model = {str(asked.model): asked for asked in hostile.everything() if asked.model}
    done: set[str] = set()
    for asked in by_model.values():
        for body in asked.bodies(done):
            stranger.tries(asked.method, asked.path, body, headers=ANY)


@pytest.mark.usefixtures("quiet")
def test_no_header_is_too_strange(stranger: Stranger) -> None:
    for asked in filter(reversible, hostile.everything()):
        if asked.path.startswith("/v1"):
            for header in hostile.HEADERS:
                stranger.tries(asked.method, asked.path, asked.body(), headers=[header])


@pytest.mark.usefixtures("quiet")
def test_other_methods_change_nothing(stranger: Stranger) -> None:
    """What is only ordered at `…/batch` is asked for as a thing of that name, which is none; so are
    exports, imports and uploads.
    """
    before = stranger.position()

    for path in {asked.path for asked in hostile.everything()}:
        is_none = path.endswith((*ORDERED, *MAILED))
        ordinary = {*FOUND, 400, 404} if is_none else FOUND
        for method in ("HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 1_000):
            answer = stranger.tries(method, path + ASKING.get(path, ""), b'{"a":1}')
            assert answer.status in {405, *ordinary}, f"{method} {path}"

    assert stranger.position() == before
