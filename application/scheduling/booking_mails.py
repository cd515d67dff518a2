"""Tells clients and professionals about their bookings, as processes have ordered.

Names, addresses and zones are looked up when a mail is sent, never when it was ordered: a reminder
may wait for months. What became of a mail is recorded on its booking.
"""

from collections.abc import Mapping, Sequence
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
from application.processes.effects.bookings import (
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
from application.scheduling.telling import BY_MAIL, Elsewhere
from application.scheduling.timeliness import is_late, is_same_command, told_of, why_not
from application.transact import Changes, Past, UseCase
from domain.aggregate import Aggregate
from domain.business.tenants import TENANT, stream_of
from domain.business.users import USER, UserStatus
from domain.messages import Command
from domain.people.clients import CLIENT, Client
from domain.people.consents import ToldBy
from domain.scheduling import bookings
from domain.scheduling.bookings import (
    BOOKING,
    Booking,
    BookingConfirmed,
    BookingRequested,
    RecordBookingMailFailed,
    RecordBookingMailSent,
)
from domain.scheduling.professionals import PROFESSIONAL
from domain.scheduling.services import SERVICE
from domain.values import ClientId, Contact, Money, TenantId
from domain.zones import ZONES

S = TypeVar("S")


class BookingMails:
    """Handles the effects that are mails about bookings."""

    def __init__(
        self,
        history: History,
        letters: Letters,
        mailer: Mailer,
        clock: Clock,
        elsewhere: Elsewhere = BY_MAIL,
    ) -> None:
        self._history = history
        self._letters = letters
        self._mailer = mailer
        self._clock = clock
        self._elsewhere = elsewhere

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {SendBookingMail: self.tell, SendBookingReminder: self.remind}

    def tell(self, effect: SendBookingMail, job: Job) -> Handled:
        """Tell what happened.

        Mails to one reader about one booking go out in the order in which things happened: their
        ordering key sees to it. One that comes late is left out where a later one says otherwise.
        """
        return self._tell(effect, job)

    def remind(self, effect: SendBookingReminder, job: Job) -> Handled:
        """Remind the client, unless the booking was moved or called off in the last moment."""
        return self._tell(effect, job)

    def _tell(self, effect: MailAboutBooking, job: Job) -> Handled:
        past, now = self._history(job.tenant, effect.booking_id), self._clock()
        if (reason := why_not(effect, past, now, late=is_late(job, now))) is not None:
            return Skipped(reason)
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
        match self._elsewhere.tell(mail, effect, job):
            case ToldBy.MAIL:
                return self._written(mail, effect, job)
            case None:
                return Skipped("they want to be told no more")
            case channel:
                return Skipped(f"it is told by {channel}")

    def _written(self, mail: BookingMail, effect: MailAboutBooking, job: Job) -> Handled:
        if mail.reader is None or mail.reader.email is None:
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
        told, booking = told_of(effect, past), state_of(BOOKING, past)
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
            moves=booking.moves,
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
    return reader is not None and (reader.email or reader.phone) is not None


def _is_confirmed(kind: MailKind, told: Recorded, past: Sequence[Recorded]) -> bool:
    """Whether the booking stood when this happened, or did from that very moment on. To the
    professional, who hears of that in no mail of its own, whether it does by now.
    """
    return any(
        isinstance(recorded.event, BookingConfirmed)
        for recorded in past
        if kind.is_for_professional
        or recorded.version <= told.version
        or is_same_command(recorded, told)
    )


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
