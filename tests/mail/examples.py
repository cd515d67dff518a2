"""A salon in Paris, its client in New York, and what happened to one booking.

Zoé comes to Ana on Monday 5 April 2027 at 10:00 in Paris, a week after the change to summer time.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from adapters.mail.letters import TemplateLetters
from application.operations.jobs import Job
from application.ports import Recorded
from application.processes.effects.bookings import MailKind, SendBookingMail, SendBookingReminder
from application.scheduling.booking_mails import BookingMails
from application.scheduling.mails import BookingMail, Mailbox, Message
from domain.business.tenants import Business, TenantRegistered, stream_of
from domain.messages import Event
from domain.people.clients import ClientErased, ClientRegistered, ClientStatus
from domain.scheduling.bookings import (
    Appointment,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
)
from domain.scheduling.professionals import ProfessionalRegistered, Settings, Week
from domain.scheduling.services import Offer, ServiceCreated
from domain.values import (
    BookingId,
    ClientId,
    Contact,
    Money,
    ProfessionalId,
    ServiceId,
    TenantId,
    TimeSlot,
)

tenant: Final = TenantId("0198a000-0000-7000-8000-000000000001")
ana: Final = ProfessionalId("professional-0198c0de-0000-7000-8000-00000000000a")
haircut: Final = ServiceId("service-0198c0de-0000-7000-8000-00000000000b")
zoe: Final = ClientId("client-0198c0de-0000-7000-8000-00000000000c")
booking_id: Final = BookingId("booking-0198c0de-0000-7000-8000-000000000001")

minute: Final = timedelta(minutes=1)
hour: Final = timedelta(hours=1)
day: Final = timedelta(days=1)
requested_at: Final = datetime(2027, 3, 1, 9, tzinfo=UTC)
monday: Final = TimeSlot(
    datetime(2027, 4, 5, 8, tzinfo=UTC), datetime(2027, 4, 5, 8, 45, tzinfo=UTC)
)
tuesday: Final = TimeSlot(monday.starts_at + day, monday.ends_at + day)

salon: Final = Business(
    name="Salon Lumière", time_zone="Europe/Paris", language="fr", currency="EUR"
)
anas_contact: Final = Contact(name="Ana Silva", email="ana@salon.example", language="fr")
zoes_contact: Final = Contact(
    name="Zoé Martin",
    email="zoe@example.org",
    phone="+33612345678",
    language="fr",
    time_zone="Europe/Paris",
)
guest: Final = Contact(name="Gus Guest", email="gus@example.org", language="en-GB")

appointment: Final = Appointment(
    professional_id=ana,
    time_zone="Europe/Paris",
    service_id=haircut,
    client_id=zoe,
    slot=monday,
    reserved=monday,
)
moved: Final = replace(appointment, slot=tuesday, reserved=tuesday)

requested: Final = BookingRequested(
    booking_id=booking_id,
    appointment=appointment,
    holds_slot=True,
    price=Money(4500, "EUR"),
    location="12 rue des Lilas, Paris",
)
confirmed: Final = BookingConfirmed(booking_id=booking_id, appointment=appointment)
declined: Final = BookingDeclined(
    booking_id=booking_id, appointment=appointment, reason="En congé ce jour-là"
)
rescheduled: Final = BookingRescheduled(
    booking_id=booking_id,
    appointment=moved,
    previous_slot=monday,
    status=BookingStatus.CONFIRMED,
)
cancelled: Final = BookingCancelled(
    booking_id=booking_id, appointment=appointment, reason="Ana est malade"
)
client_registered: Final = ClientRegistered(
    client_id=zoe, contact=zoes_contact, status=ClientStatus.ACTIVE
)
client_erased: Final = ClientErased(client_id=zoe, streams=(zoe, booking_id))

AROUND: Final[dict[str, list[Event]]] = {
    stream_of(tenant): [TenantRegistered(tenant_id=tenant, business=salon)],
    ana: [
        ProfessionalRegistered(
            professional_id=ana,
            contact=anas_contact,
            settings=Settings(time_zone="Europe/Paris", hours=Week(), language="fr"),
        )
    ],
    haircut: [
        ServiceCreated(
            service_id=haircut,
            offer=Offer(name="Coupe", price=Money(5000, "EUR"), duration_minutes=45),
        )
    ],
    zoe: [client_registered],
}


def recorded(
    event: Event | None, version: int = 1, at: datetime = requested_at, command: str | None = None
) -> Recorded:
    """Return an event with a place in the log; without a command, one of its own."""
    metadata = {"command": command or f"command-{version}"}
    return Recorded(
        position=version,
        tenant=tenant,
        tenant_position=version,
        stream=booking_id,
        version=version,
        type="",
        event=event,
        recorded_at=at,
        metadata_json=msgspec.json.encode(metadata).decode(),
    )


class Streams:
    """A history that can be added to: the booking's, and what is around it."""

    def __init__(self, *events: Event, **around: list[Event]) -> None:
        self.streams: dict[str, list[Recorded]] = {
            stream: [recorded(event, n) for n, event in enumerate(past, 1)]
            for stream, past in AROUND.items()
        }
        self.happened(*events)

    def happened(
        self, *events: Event, stream: str = booking_id, command: str | None = None
    ) -> None:
        past = self.streams.setdefault(stream, [])
        for event in events:
            past.append(recorded(event, len(past) + 1, command=command))

    def __call__(self, tenant: str, stream: str) -> Sequence[Recorded]:
        return self.streams.get(stream, [])


class MailerThatRemembers:
    """Keeps what it is given; fails as often as it is told to."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.sent: list[tuple[Message, str]] = []

    def send(self, message: Message, idempotency_key: str) -> str:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append((message, idempotency_key))
        return f"<{idempotency_key}@mail>"

    @property
    def messages(self) -> list[Message]:
        return [message for message, _ in self.sent]


sender: Final = Mailbox("desk@frontdesk.example", "frontdesk")
letters: Final = TemplateLetters(sender)

HEADERS: Final = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted",
    "MIME-Version", "Content-Type", "Content-Language",
]  # fmt: skip
"""All of a mail of ours, in their order."""


def mails(
    history: Streams, mailer: MailerThatRemembers, now: datetime = requested_at
) -> BookingMails:
    return BookingMails(history, letters, mailer, lambda: now)


def a_job(attempt: int = 1, **known: Any) -> Job:
    return Job(
        id=UUID(int=7),
        tenant=tenant,
        about=booking_id,
        due_at=requested_at,
        attempt=attempt,
        max_attempts=20,
        **known,
    )


def tell(kind: MailKind, version: int) -> SendBookingMail:
    return SendBookingMail(kind=kind, booking_id=booking_id, version=version)


def remind(
    kind: MailKind = MailKind.REMINDER_24H, version: int = 2, slot: TimeSlot = monday
) -> SendBookingReminder:
    return SendBookingReminder(
        kind=kind, booking_id=booking_id, version=version, starts_at=slot.starts_at
    )


a_mail: Final = BookingMail(
    tenant=tenant,
    kind=MailKind.CONFIRMED,
    booking_id=booking_id,
    language="fr",
    time_zone="Europe/Paris",
    local_time_zone="Europe/Paris",
    business="Salon Lumière",
    professional=anas_contact,
    client=zoes_contact,
    client_id=zoe,
    service="Coupe",
    price=Money(4500, "EUR"),
    location="12 rue des Lilas, Paris",
    slot=monday,
    confirmed=True,
    sequence=2,
    happened_at=requested_at,
)
a_message: Final = letters.write(a_mail)
