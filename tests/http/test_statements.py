"""However much a page shows, it is read by a few statements: not by some for every row."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from psycopg import Cursor

from application.ports import About
from domain.business.users import AddUser, Role
from domain.messages import Command
from domain.people.clients import RegisterClient
from domain.scheduling.bookings import RequestBooking
from domain.scheduling.professionals import RegisterProfessional
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.series import RequestSeries
from domain.scheduling.services import CreateService
from domain.scheduling.time_blocks import AddTimeBlock, Once
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
from tests.conftest import MONDAY
from tests.http.examples_of_bodies import ID
from tests.http.furnished import ASKING, furnish, token
from tests.http.hostile import PUBLIC_NAME, everything
from tests.running import Client, Running
from tests.scheduling.bookings.at_the_salon import CUT, OPEN

pytestmark = pytest.mark.postgres

MANY: Final = 12
"""Of everything there is."""

DECIDED: Final = (
    "/availability",
    "/v1/availability",
    f"/v1/public/{PUBLIC_NAME}/availability",
)
"""No read model is asked, but the log, of each professional: it is marked as heavy, and has a bound."""


def one_more(number: int) -> Iterator[Command]:
    """Let there be one more of everything, with the first of everything else."""
    id_ = f"0198c0de-0000-7000-8000-0000000001{number:02}"
    professional, client = ProfessionalId(f"professional-{ID}"), ClientId(f"client-{ID}")
    begins = MONDAY + timedelta(days=40 + number)
    yield RegisterProfessional(
        professional_id=ProfessionalId(f"professional-{id_}"),
        contact=Contact(name=f"Bea {number}", email=f"bea{number}@salon.example"),
        settings=OPEN,
    )
    yield CreateService(service_id=ServiceId(f"service-{id_}"), offer=CUT)
    yield RegisterClient(client_id=ClientId(f"client-{id_}"), contact=Contact(name=f"Zoé {number}"))
    yield RequestBooking(
        booking_id=BookingId(f"booking-{id_}"),
        professional_id=professional,
        client_id=client,
        starts_at=begins,
        duration_minutes=30,
    )
    yield RequestSeries(
        series_id=SeriesId(f"series-{id_}"),
        professional_id=ProfessionalId(f"professional-{id_}"),
        recurrence=Recurrence(
            starts_at=begins.replace(tzinfo=None), time_zone="UTC", rule="FREQ=DAILY;COUNT=2"
        ),
        duration_minutes=30,
    )
    slot = TimeSlot(begins + timedelta(hours=2), begins + timedelta(hours=3))
    yield AddTimeBlock(
        block_id=BlockId(f"block-{id_}"), professional_id=professional, when=Once(slot)
    )
    yield AddUser(
        tenant_id=TenantId(ID),
        user_id=UserId(f"user-{id_}"),
        name=f"Max {number}",
        email=f"max{number}@salon.example",
        roles=(Role.FRONT_DESK,),
    )


@contextmanager
def counted() -> Iterator[list[str]]:
    """Count the statements that are sent meanwhile to answer requests."""
    sent: list[str] = []
    send = Cursor.execute

    def execute(cursor: Cursor[Any], query: Any, *values: Any, **more: Any) -> Cursor[Any]:
        if threading.current_thread().name.startswith("request"):
            sent.append(str(query))
        return send(cursor, query, *values, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cursor, "execute", execute)
        yield sent


def test_no_list_asks_for_each_of_its_rows(running: Running) -> None:
    furnish(running)
    headers = {"Authorization": f"Bearer {token(running)}"}
    http = Client(running.app, headers=headers, raise_server_exceptions=False)
    lists = [each.path for each in everything() if each.method == "GET"]
    asked = [f"{path}{ASKING.get(path, '')}" for path in lists if path not in DECIDED]

    of_one = {path: statements_of(http, path) for path in asked}
    let_there_be_many(running)
    of_many = {path: statements_of(http, path) for path in asked}

    more = {path: of_many[path] - of_one[path] for path in asked}
    assert {path: n for path, n in more.items() if n >= MANY - 1} == {}
    assert {path for path in asked if rows_of(http.get(path)) >= MANY} >= {
        *("/user", "/client", "/clients", "/booking", "/appointments", "/services", "/time-blocks"),
        *(f"/v1/{name}" for name in ("bookings", "clients", "history", "jobs", "outbox", "users")),
        *(f"/v1/{name}" for name in ("professionals", "series", "services", "time-blocks")),
    }


def let_there_be_many(running: Running) -> None:
    for command in (each for number in range(1, MANY) for each in one_more(number)):
        about = About(tenant=ID, actor="user-scene", command_id=uuid4())
        running.system.dispatch(command, about)
    running.settle()


def statements_of(http: TestClient, path: str) -> int:
    with counted() as sent:
        http.get(path)
    return len(sent)


def rows_of(answer: Any) -> int:
    is_json = answer.headers["content-type"].endswith("json")
    body = answer.json() if answer.status_code == 200 and is_json else {}
    return len(body.get("data", ()) if isinstance(body, dict) else body)
