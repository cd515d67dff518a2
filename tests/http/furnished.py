"""A business in which one of everything is there under one id, and somebody who may do everything."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from msgspec.structs import replace

from adapters.public_names import PostgresPublicNames
from application.inbound import Arrival
from application.money.practice import PRACTICE, Act
from application.operations.long_operations import EXPORT_HISTORY, NewOperation
from application.permissions import Principal, permissions_of
from application.ports import About
from domain.business.configuration import DECLARED, Configure, typed_of
from domain.business.tenants import Business, ChangePublicName, RegisterBusiness
from domain.business.users import AppointOperator, ChangeRoles, Role
from domain.catalogue import KINDS
from domain.conversations.participants import MemberId
from domain.conversations.scheduled import ScheduleMessage
from domain.conversations.threads import OpenThread, ThreadForm
from domain.files.files import Content, Description, PassFile, Picture, Size, UploadFile
from domain.files.purposes import MediaType, Purpose
from domain.messages import Command
from domain.money.payments import RequestPayment
from domain.people.clients import RegisterClient
from domain.records import CreateRecord
from domain.sales.leads import OpenLead
from domain.sales.submissions import Held
from domain.scheduling.agendas import PlaceHold
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
    FileId,
    FormId,
    HoldId,
    Money,
    PaymentId,
    ProfessionalId,
    ScheduledId,
    SeriesId,
    ServiceId,
    SourceId,
    SubmissionId,
    TenantId,
    TimeSlot,
    UserId,
)
from tests.conftest import MONDAY
from tests.conversations.threads.examples import group_named
from tests.http.examples_of_bodies import ID
from tests.http.hostile import DELIVERY, POINT, PRACTISED, PUBLIC_NAME, PUBLISHED, Asked
from tests.running import Running
from tests.sales.forms.examples import submit_form
from tests.scheduling.bookings.at_the_salon import CUT, OPEN

ASKING = {
    "/v1/availability": "?duration_minutes=30",
    "/availability": f"?service=service-{ID}",
    "/chat/messages": f"?thread_id={group_named(f'thread-{ID}')}",
    "/v1/files": f"?owner_id=professional-{ID}",
    "/v1/files/upload": f"?owner_id=professional-{ID}&purpose=attachment",
    f"/v1/history/streams/booking-{ID}/difference": "?from=1&to=1",
    f"/v1/inbound/{ID}/whatsapp": "?hub.verify_token=agreed",
    f"/whatsapp/webhook/{ID}": "?hub.verify_token=agreed",
    f"/v1/public/{PUBLIC_NAME}/availability": f"?service_id=service-{ID}",
}
"""What one has to say besides."""


CALLED = {
    (ID, "whatsapp"): (b"secret",),
    (ID, "whatsapp-verify"): (b"agreed",),
    (ID, "labsmobile"): (b"a-word-of-ours-0001",),
}
"""The secrets of a provider that calls: for settings."""


TO_BE_TOLD = """
    INSERT INTO work.webhook_deliveries (
        endpoint_id, position, mark, tenant_id, type, entity, sequence, next_at
    ) VALUES (%s, %s, %s, %s, 'tax.created', 'tax-1', 1, '2099-01-01Z')
"""


def furnish(running: Running) -> None:
    """Let there be one of everything, work waiting in the queue, and long work that is done."""
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
        submitted(),
        said(),
        ScheduleMessage(
            scheduled_id=ScheduledId(f"scheduled-{ID}"),
            thread_id=group_named(f"thread-{ID}"),
            author=MemberId(f"user-{ID}"),
            text="À demain !",
            send_at=MONDAY + timedelta(days=40),
        ),
        RequestPayment(
            payment_id=PaymentId(f"payment-{ID}"),
            amount=Money(5000, "EUR"),
            provider=PRACTICE,
            client_id=client,
        ),
        OpenLead(seed=f"client-{ID}", client_id=client),
        PlaceHold(
            hold_id=HoldId(f"hold-{ID}"),
            professional_id=professional,
            service_id=ServiceId(f"service-{ID}"),
            starts_at=MONDAY + timedelta(days=10),
            by_client=True,
            source=SourceId(f"source-{ID}"),
        ),
        RequestSeries(
            series_id=SeriesId(f"series-{ID}"),
            professional_id=professional,
            recurrence=daily,
            duration_minutes=30,
        ),
        *files(),
        *configuration(),
        AddTimeBlock(
            block_id=BlockId(f"block-{ID}"), professional_id=professional, when=Once(slot)
        ),
    ):
        about = About(tenant=ID, actor="user-scene", command_id=uuid4())
        running.system.dispatch(command, about)
    running.system.long_operations.start(
        NewOperation(
            id=UUID(ID),
            tenant=ID,
            kind=EXPORT_HISTORY,
            about="history",
            given={},
            started_by=f"user-{ID}",
        )
    )
    running.system.ledger.move([("photos/cut.png", ID, f"file-{ID}")])
    running.settle()
    paid(running)
    running.system.files.bytes.put(f"public/file-{ID}/{PUBLISHED}", POINT, "image/png")
    call = Arrival(method="POST", url="/", headers=(), body=b"{}")
    running.system.calls.keep(TenantId(ID), running.system.providers[0], call)
    with running.system.database.as_worker() as connection:
        called = "UPDATE work.receipts SET id = %s WHERE provider = %s"
        connection.execute(called, (f"receipt-{ID}", running.system.providers[0].name))
        waiting = "SELECT id FROM work.jobs WHERE status = 'todo' LIMIT 1"
        connection.execute(f"UPDATE work.jobs SET id = %s WHERE id = ({waiting})", (ID,))
        position, mark = DELIVERY.split("-")
        connection.execute(TO_BE_TOLD, (f"webhook-endpoint-{ID}", position, mark, ID))
        connection.execute(
            "UPDATE work.outbox SET id = %s WHERE number = (SELECT min(number) FROM work.outbox)",
            (ID,),
        )


def paid(running: Running) -> None:
    """Have the payment paid, on a page that is known."""
    with running.system.database.as_worker() as connection:
        connection.execute("UPDATE work.practice_orders SET token = %s", (PRACTISED,))
    running.system.payments.play(PRACTISED, Act.PAY)
    running.settle()


def said() -> Command:
    """Return the order by which somebody who works here writes to a client."""
    user, client = MemberId(f"user-{ID}"), MemberId(f"client-{ID}")
    return OpenThread(
        form=ThreadForm.GROUP,
        opened_by=user,
        members=(user, client),
        seed=f"thread-{ID}",
        text="Bonjour Zoé",
    )


def submitted() -> Command:
    """Return the order by which a form was filled in, as a robot would."""
    asked = {"submission_id": SubmissionId(f"submission-{ID}"), "form_id": FormId(f"form-{ID}")}
    return replace(submit_form, **asked, held=Held.TOO_FAST)


def configuration() -> Iterator[Command]:
    """Return the orders by which all is configured that can be."""
    for number, each in enumerate(DECLARED):
        id_, values = f"configuration-{ID[:-2]}{number:02x}", typed_of(each.examples[0])
        yield Configure(id=id_, key=each.key, values=values, is_checked=False)


def files() -> Iterator[Command]:
    """Let there be a file under the id, and a picture of each that may have one."""
    came = Content(media_type=MediaType.PNG, size=len(POINT), sha256=sha256(POINT).hexdigest())
    picture = Picture(size=Size.LARGE, content=came, width=1, height=1)
    of = {"professional": Purpose.AVATAR, "user": Purpose.AVATAR, "client": Purpose.AVATAR}
    owners = [("professional", Purpose.PORTFOLIO), *of.items(), ("tenant", Purpose.LOGO)]
    for number, (owner, purpose) in enumerate(owners):
        file_id = FileId(f"file-{ID[:-1]}{number + 1}" if number else f"file-{ID}")
        described = Description(owner_id=f"{owner}-{ID}", purpose=purpose, content=came)
        yield UploadFile(file_id=file_id, file=described)
        yield PassFile(file_id=file_id, pictures=(picture,), width=1, height=1)


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
    ends = ("/cancel", "/release", "/convert", "/decline", "/discard", "/register", "/users")
    return asked.method != "DELETE" and not asked.path.endswith(ends)
