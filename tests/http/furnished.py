"""A business in which one of everything is there under one id, and somebody who may do everything."""

from datetime import datetime, timedelta
from uuid import uuid4

from msgspec.structs import replace

from adapters.public_names import PostgresPublicNames
from application.permissions import Principal, permissions_of
from application.ports import About
from domain.business.tenants import Business, ChangePublicName, RegisterBusiness
from domain.business.users import AppointOperator, ChangeRoles, Role
from domain.catalogue import KINDS
from domain.people.clients import RegisterClient
from domain.records import CreateRecord
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
from tests.http.hostile import ID, PUBLIC_NAME, Asked
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import CUT, OPEN

ASKING = {
    "/v1/availability": "?duration_minutes=30",
    "/availability": f"?service=service-{ID}",
    f"/v1/history/streams/booking-{ID}/difference": "?from=1&to=1",
    f"/v1/public/{PUBLIC_NAME}/availability": f"?service_id=service-{ID}",
}
"""What one has to say besides."""


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
    PostgresPublicNames(running.system.database).claim(PUBLIC_NAME, TenantId(ID))
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
        ChangeRoles(
            tenant_id=TenantId(ID),
            user_id=UserId(f"user-{ID}"),
            roles=(Role.OWNER,),
            professional_id=professional,
        ),
        AppointOperator(user_id=UserId(f"user-{ID}")),
        ChangePublicName(tenant_id=TenantId(ID), public_name=PUBLIC_NAME),
        *(
            CreateRecord(kind=kind.one, id=f"{kind.one}-{ID}", values=kind.examples[0])
            for kind in KINDS
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
    """Log somebody in who may do everything in this business, and is that in the log too."""
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
    """Whether what is there is still there afterwards."""
    ends = ("/cancel", "/decline", "/discard", "/register", "/users")
    return asked.method != "DELETE" and not asked.path.endswith(ends)
