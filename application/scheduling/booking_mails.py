"""Tells clients and professionals about their bookings, as processes have ordered.

Names, addresses and zones are looked up when a mail is sent, never when it was ordered: a reminder
may wait for months. What became of a mail is recorded on its booking.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Final, TypeVar

from application.operations.jobs import (
    GivenUpError,
    Handled,
    Handlers,
    Job,
    Skipped,
    UncertainError,
)
from application.people.people import merged_records
from application.ports import Clock, Recorded
from application.processes import tell_client_about_booking, tell_professional_about_booking
from application.processes.effects import (
    MailAboutBooking,
    MailKind,
    Mentioned,
    SendBookingMail,
    SendBookingReminder,
)
from application.scheduling.mails import (
    BookingMail,
    History,
    Letters,
    Mailer,
    MailNotTakenError,
    MailRefusedError,
    Present,
    language_of,
    state_of,
)
from application.transact import Changes, Past, UseCase
from domain.aggregate import Aggregate
from domain.business.tenants import TENANT, stream_of
from domain.business.users import USER, UserStatus
from domain.messages import Command, Event
from domain.people.clients import CLIENT, Client
from domain.scheduling import bookings
from domain.scheduling.bookings import (
    BOOKING,
    Booking,
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingMarkedNoShow,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
    RecordBookingMailFailed,
    RecordBookingMailSent,
)
from domain.scheduling.professionals import PROFESSIONAL
from domain.scheduling.services import SERVICE
from domain.values import ClientId, Contact, Money, TenantId
from domain.zones import ZONES

S = TypeVar("S")

ENDS: Final = (BookingDeclined, BookingCancelled, BookingCompleted, BookingMarkedNoShow)

OVERTAKEN_BY: Final[Mapping[MailKind, tuple[type[Event], ...]]] = {
    MailKind.REQUESTED: (BookingConfirmed, BookingRescheduled, *ENDS),
    MailKind.CONFIRMED: (BookingRescheduled, *ENDS),
    MailKind.RESCHEDULED: (BookingConfirmed, BookingRescheduled, *ENDS),
    MailKind.PROFESSIONAL_NEW: (BookingRescheduled, *ENDS),
    MailKind.PROFESSIONAL_RESCHEDULED: (BookingRescheduled, *ENDS),
}
"""What makes a mail say something that is true no more. Of the others nothing ever does: what was
declined or called off stays so. That a booking was confirmed, a mail to the professional says itself.
"""

TOLD_TO: Final[Mapping[bool, Mapping[type, MailKind]]] = {
    False: tell_client_about_booking.MAILS,
    True: tell_professional_about_booking.MAILS,
}
"""Of what the client, and the professional, hears by a mail of its own."""

QUICKLY: Final = timedelta(minutes=1)
"""For so long all is told that has a mail of its own, step by step; later, only what is still true."""

TOO_LATE: Final = {MailKind.REMINDER_24H: timedelta(hours=2), MailKind.REMINDER_2H: timedelta(0)}
"""How long before the start a reminder is of no use: the next has come, or the visit begins."""


class BookingMails:
    """Handles the effects that are mails about bookings."""

    def __init__(self, history: History, letters: Letters, mailer: Mailer, clock: Clock) -> None:
        self._history = history
        self._letters = letters
        self._mailer = mailer
        self._clock = clock

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {SendBookingMail: self.tell, SendBookingReminder: self.remind}

    def tell(self, effect: SendBookingMail, job: Job) -> Handled:
        """Tell what happened.

        Mails to one reader about one booking go out in the order in which things happened: their
        ordering key sees to it. One that comes late is left out where a later one says otherwise.
        """
        past, now = self._history(job.tenant, effect.booking_id), self._clock()
        if _is_over(effect, past, now):
            return Skipped("it is over")
        if _is_overtaken(effect, past, late=job.attempt > 1 or now > job.due_at + QUICKLY):
            return Skipped("it is true no more")
        return self._send(effect, past, job)

    def remind(self, effect: SendBookingReminder, job: Job) -> Handled:
        """Remind the client, unless the booking was moved or called off in the last moment."""
        past = self._history(job.tenant, effect.booking_id)
        if not _is_to_come(effect, past, self._clock()):
            return Skipped("it does not take place then, or has begun")
        return self._send(effect, past, job)

    def _send(self, effect: MailAboutBooking, past: Sequence[Recorded], job: Job) -> Handled:
        booking = state_of(BOOKING, past)
        if booking is not None and str(job.id) in booking.mails_sent:
            return Skipped("it was sent before")
        if job.overtaken:
            return Skipped("a later mail was sent before")
        mail = self._mail(effect, past, job.tenant)
        if mail is None:
            return Skipped("nobody to write to")
        try:
            message_id = self._mailer.send(self._letters.write(mail), str(job.id))
        except UncertainError:
            raise
        except Exception as error:
            if job.is_last_attempt or isinstance(error, MailRefusedError):
                raise GivenUpError("not sent", _failed(effect, job, error)) from error
            raise
        return RecordBookingMailSent(
            booking_id=effect.booking_id,
            mail_id=str(job.id),
            mail=effect.kind,
            message_id=message_id,
        )

    def _mail(
        self, effect: MailAboutBooking, past: Sequence[Recorded], tenant: str
    ) -> BookingMail | None:
        """Look up all that the mail may say; None when there is no such event, as after a restore,
        or nobody to read it: then nothing else is looked up.
        """
        told, booking = _told(effect, past), state_of(BOOKING, past)
        if told is None or booking is None or not isinstance(told.event, Mentioned):
            return None
        appointment = told.event.appointment
        client = self._client(booking, tenant)
        if not effect.kind.is_for_professional and not _is_reachable(client):
            return None
        professional = self._present(PROFESSIONAL, tenant, appointment.professional_id)
        reader = professional.contact if effect.kind.is_for_professional else client
        if reader is None or not _is_reachable(reader):
            return None
        business = self._present(TENANT, tenant, stream_of(TenantId(tenant))).business
        service = None
        if appointment.service_id is not None:
            service = self._present(SERVICE, tenant, appointment.service_id).name
        return BookingMail(
            tenant=tenant,
            kind=effect.kind,
            booking_id=effect.booking_id,
            language=language_of(reader.language, professional.settings.language),
            time_zone=_time_zone(reader, appointment.time_zone),
            local_time_zone=appointment.time_zone,
            business=business.name if business else professional.contact.name,
            professional=professional.contact,
            client=client,
            client_id=booking.appointment.client_id,
            service=service,
            price=_price(past),
            location=booking.location,
            slot=appointment.slot,
            previous_slot=getattr(told.event, "previous_slot", None),
            confirmed=_is_confirmed(effect.kind, told, past),
            reason=getattr(told.event, "reason", None),
            sequence=told.version,
            happened_at=told.recorded_at,
        )

    def _client(self, booking: Booking, tenant: str) -> Contact | None:
        """Return who comes: a guest, or a client as they are known now. What the business does not know
        of its client, another record of theirs may say, or they when they booked, or where they log in.
        """
        client_id = booking.appointment.client_id
        if client_id is None:
            return booking.guest
        known = self._known(client_id, tenant)
        if (contact := known[0].contact) is None:
            return None
        others = (
            *(e.contact for e in known),
            booking.guest,
            *(self._login(e, tenant) for e in known),
        )
        return reduce(Contact.or_else, others, contact)

    def _known(self, client_id: ClientId, tenant: str) -> Sequence[Client]:
        """Return what is known of a client: by the record that stands for them, by this one, by others."""
        past = Present(self._history, tenant, self._clock())
        merged = merged_records(past, client_id)
        return [past.of(CLIENT, each) for each in dict.fromkeys((merged[0], client_id, *merged))]

    def _login(self, client: Client, tenant: str) -> Contact | None:
        if client.user_id is None:
            return None
        user = self._present(USER, tenant, client.user_id)
        if user.status is not UserStatus.ACTIVE:
            return None
        return Contact(name=user.name, email=user.email, language=user.language)

    def _present(self, aggregate: Aggregate[S, Any], tenant: str, stream: str) -> S:
        return state_of(aggregate, self._history(tenant, stream))


def _is_reachable(reader: Contact | None) -> bool:
    return reader is not None and reader.email is not None


def _told(effect: MailAboutBooking, past: Sequence[Recorded]) -> Recorded | None:
    return next((recorded for recorded in past if recorded.version == effect.version), None)


def _is_over(effect: SendBookingMail, past: Sequence[Recorded], now: datetime) -> bool:
    """Whether the time that the mail would speak of has passed."""
    told = _told(effect, past)
    if told is None or not isinstance(told.event, Mentioned):
        return False
    slot = told.event.appointment.slot
    return slot is not None and slot.ends_at <= now


def _is_overtaken(effect: SendBookingMail, past: Sequence[Recorded], *, late: bool) -> bool:
    """Whether the mail is true no more. If not `late`, what happened since is told step by step,
    if it is told at all, but for what the same command did: who is confirmed at once is not told first
    that the request was received.
    """
    told, untrue = _told(effect, past), OVERTAKEN_BY.get(effect.kind, ())
    tells = TOLD_TO[effect.kind.is_for_professional]
    return told is not None and any(
        late or type(since.event) not in tells or _is_same_command(since, told)
        for since in past
        if since.version > told.version and isinstance(since.event, untrue)
    )


def _is_to_come(effect: SendBookingReminder, past: Sequence[Recorded], now: datetime) -> bool:
    booking = state_of(BOOKING, past)
    return (
        booking is not None
        and booking.status is BookingStatus.CONFIRMED
        and booking.appointment.slot is not None
        and booking.appointment.slot.starts_at == effect.starts_at
        and now < effect.starts_at - TOO_LATE[effect.kind]
    )


def _is_confirmed(kind: MailKind, told: Recorded, past: Sequence[Recorded]) -> bool:
    """Whether the booking stood when this happened, or did from that very moment on. To the
    professional, who hears of that in no mail of its own, whether it does by now.
    """
    return any(
        isinstance(recorded.event, BookingConfirmed)
        for recorded in past
        if kind.is_for_professional
        or recorded.version <= told.version
        or _is_same_command(recorded, told)
    )


def _is_same_command(one: Recorded, other: Recorded) -> bool:
    command = one.metadata.get("command")
    return command is not None and command == other.metadata.get("command")


def _price(past: Sequence[Recorded]) -> Money | None:
    """Return what was agreed when it was requested."""
    asked = (recorded.event for recorded in past)
    return next((event.price for event in asked if isinstance(event, BookingRequested)), None)


def _time_zone(reader: Contact, otherwise: str) -> str:
    return reader.time_zone if reader.time_zone in ZONES else otherwise


def _failed(effect: MailAboutBooking, job: Job, error: Exception) -> RecordBookingMailFailed:
    """Say why without naming anybody: what other errors say may hold an address."""
    names_nobody = isinstance(error, MailRefusedError | MailNotTakenError)
    return RecordBookingMailFailed(
        booking_id=effect.booking_id,
        mail_id=str(job.id),
        mail=effect.kind,
        reason=str(error) if names_nobody else type(error).__name__,
    )


# --- Recording what became of them -----------------------------------------------------


def record_sent(command: RecordBookingMailSent, past: Past) -> Changes:
    """Say on the booking that the mail was taken."""
    booking = past.of(BOOKING, command.booking_id)
    return {command.booking_id: bookings.record_mail_sent(command, booking)}


def record_failed(command: RecordBookingMailFailed, past: Past) -> Changes:
    """Say on the booking that the mail will not be taken."""
    booking = past.of(BOOKING, command.booking_id)
    return {command.booking_id: bookings.record_mail_failed(command, booking)}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    RecordBookingMailSent: record_sent,
    RecordBookingMailFailed: record_failed,
}
