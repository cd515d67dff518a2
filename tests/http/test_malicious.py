"""Whatever strangers send, they get a refusal that can be read, and nothing else comes of it."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from adapters.event_store.reader import head
from api.openapi.routes import permission_of
from api.problems import PROBLEM
from application.permissions import Principal, permissions_of
from application.ports import About
from domain.bookings import RequestBooking
from domain.clients import RegisterClient
from domain.professionals import RegisterProfessional
from domain.recurrence import Recurrence
from domain.series import RequestSeries
from domain.services import CreateService
from domain.tenants import Business, RegisterBusiness
from domain.time_blocks import AddTimeBlock, Once
from domain.users import Role
from domain.values import (
    BlockId,
    BookingId,
    ClientId,
    Contact,
    ProfessionalId,
    SeriesId,
    ServiceId,
    TenantId,
    TimeSlot,
    UserId,
)
from infra.settings import Mode, Settings
from tests.bookings.at_the_salon import CUT, OPEN
from tests.conftest import MONDAY
from tests.http import hostile
from tests.http.hostile import HERE, ID, Asked
from tests.http.raw import Answer, Raw
from tests.running import Running

pytestmark = pytest.mark.postgres

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "trace_id"}
ANY = [(b"if-match", b"*")]
ASKING = {
    "/v1/availability": "?duration_minutes=30",
    "/availability": f"?service=service-{ID}",
    f"/v1/history/streams/booking-{ID}/difference": "?from=1&to=1",
}
"""What one has to say besides."""


@pytest.fixture
def settings() -> Settings:
    return Settings(mode=Mode.TEST, requests_per_minute=10_000_000)


ANOTHER = "3b0d6f6e-4a56-4d3c-8a52-3b8f0d2a7a01"


class Stranger:
    """Sends what he likes; sees to it that he gets no more than he is due."""

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


def assert_problem(answer: Answer, sent: str) -> None:
    assert answer.headers["content-type"] == PROBLEM, sent
    document = answer.json()
    assert document.keys() >= MEMBERS, sent
    assert document["status"] == answer.status, sent
    assert b"Traceback" not in answer.body, sent
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
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What strangers send is theirs to see to: nothing is written into the log, secrets least."""
    with capture_logs() as logs, caplog.at_level(logging.WARNING):
        yield
    assert logs == []
    assert caplog.records == []


def furnish(running: Running) -> None:
    """Let there be one of everything, and work waiting in the queue."""
    professional, client = ProfessionalId(f"professional-{ID}"), ClientId(f"client-{ID}")
    slot = TimeSlot(MONDAY + timedelta(days=30), MONDAY + timedelta(days=31))
    business = Business(name="Salon", time_zone="Europe/Paris", language="en", currency="EUR")
    daily = Recurrence(
        starts_at=datetime(2027, 2, 1, 9),  # noqa: DTZ001 - a wall clock
        time_zone="Europe/Paris",
        rule="FREQ=DAILY;COUNT=2",
    )
    for command in (
        RegisterBusiness(
            tenant_id=TenantId(ID),
            business=business,
            owner_id=UserId(f"user-{ID}"),
            owner_name="Ana",
            owner_email="ana@salon.example",
        ),
        RegisterProfessional(
            professional_id=professional,
            contact=Contact(name="Ana", email="ana@salon.example"),
            settings=replace(OPEN, auto_confirm=True),
        ),
        CreateService(service_id=ServiceId(f"service-{ID}"), offer=CUT),
        RegisterClient(client_id=client, contact=Contact(name="Zoé", email="zoe@example.org")),
        RequestBooking(
            booking_id=BookingId(f"booking-{ID}"),
            professional_id=professional,
            client_id=client,
            starts_at=MONDAY + timedelta(days=9),
            duration_minutes=30,
        ),
        RequestSeries(
            series_id=SeriesId(f"series-{ID}"),
            professional_id=professional,
            recurrence=daily,
            duration_minutes=30,
        ),
        AddTimeBlock(
            block_id=BlockId(f"block-{ID}"), professional_id=professional, when=Once(slot)
        ),
    ):
        about = About(tenant=ID, actor="user-scene", command_id=uuid4())
        running.system.dispatch(command, about)
    running.settle()
    with running.system.database.as_worker() as connection:
        waiting = "SELECT id FROM work.jobs WHERE status = 'todo' LIMIT 1"
        connection.execute(f"UPDATE work.jobs SET id = %s WHERE id = ({waiting})", (ID,))
        connection.execute(
            "UPDATE work.outbox SET id = %s WHERE number = (SELECT min(number) FROM work.outbox)",
            (ID,),
        )


def token(running: Running, tenant: str = ID) -> str:
    """Log somebody in who may do everything in this business."""
    roles = (Role.OWNER, Role.OPERATOR)
    name = f"everybody in {tenant}"
    running.principals[name] = Principal(
        tenant_id=TenantId(tenant),
        user_id=UserId(f"user-{tenant}"),
        roles=roles,
        permissions=permissions_of(roles),
        session_id=tenant,
        professional_id=ProfessionalId(f"professional-{tenant}"),
    )
    return name


def reversible(asked: Asked) -> bool:
    """Tell whether what is there is still there afterwards."""
    ends = ("/cancel", "/decline", "/discard", "/register", "/users")
    return asked.method != "DELETE" and not asked.path.endswith(ends)


# --- The whole walk ---------------------------------------------------------------------


def test_the_walk_finds_something_at_every_address(stranger: Stranger) -> None:
    for asked in hostile.everything():
        if asked.method == "GET":
            found = stranger.tries("GET", asked.path + ASKING.get(asked.path, ""))
            assert found.status == 200, asked


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
    declared = [parameter.alias for parameter in asked.route.dependant.query_params]
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
    before = stranger.position()

    for path in {asked.path for asked in hostile.everything()}:
        for method in ("HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 1_000):
            answer = stranger.tries(method, path + ASKING.get(path, ""), b'{"a":1}')
            assert answer.status in (200, 405), f"{method} {path}"

    assert stranger.position() == before
