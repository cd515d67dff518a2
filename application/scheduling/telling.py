"""Clients are told about their bookings on the channel that they want, in what they and the business have there.

A business says in its own words what it has a message template for, whose shortcut is the kind of notice
(`booking-confirmed`, `reminder-24h` …). Whatever it has none for, or what cannot be said by it, is said as in
`standard_notices.py`. What no channel takes is left to a mail.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol
from uuid import uuid5

from application.conversations.reaching import write_to
from application.conversations.readers import conversation
from application.operations.jobs import Dispatch, Job
from application.people.consents import records_of
from application.people.people import survivor
from application.ports import About
from application.processes.effects.bookings import MailAboutBooking
from application.records import claim_on
from application.refusals import NotNow
from application.scheduling.mails import BookingMail
from application.scheduling.standard_notices import STANDARD
from application.transact import Changes, Past, UseCase, step_by_step
from domain.conversations.approvals import PLACEHOLDER
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import message_at
from domain.conversations.notices import TellOnChannel
from domain.conversations.reaching import WriteToClient
from domain.conversations.templates import (
    TEMPLATES,
    FromTemplate,
    MessageTemplate,
    TemplateId,
    language_for,
)
from domain.conversations.threads import THREAD, thread_of
from domain.messages import Command, DomainError
from domain.people.clients import notice_channels
from domain.people.consents import ToldBy
from domain.records import CLAIM
from domain.scheduling import bookings
from domain.scheduling.bookings import BOOKING, RecordBookingMailSent
from domain.scheduling.bookings.answers import Answer, token_of
from domain.values import AnswerKind

Ask = Callable[[str, Callable[[Past], Any]], Any]

SHORTCUT: Final = next(each for each in TEMPLATES.unique if each.fields == ("shortcut",))


class Words(Protocol):
    """Says what stands in the places of templates."""

    def __call__(self, mail: BookingMail, language: str) -> Mapping[str, str]:
        """Return by name what there is to say, on one line each, with the times on the reader's clock."""


class Elsewhere(Protocol):
    """Tells on other channels than mail."""

    def tell(self, mail: BookingMail, effect: MailAboutBooking, job: Job) -> ToldBy | None:
        """Return on which channel it is told: what is to be told by mail, is not told yet. None, if they want to be
        told on none.
        """


class ByMail:
    """`Elsewhere`, where there is nothing else."""

    def tell(self, mail: BookingMail, effect: MailAboutBooking, job: Job) -> ToldBy | None:  # noqa: ARG002
        """Leave it to a mail."""
        return ToldBy.MAIL


BY_MAIL: Final = ByMail()


class Telling:
    """`Elsewhere`. `has_account` says whether a business has one on a channel."""

    def __init__(
        self,
        ask: Ask,
        dispatch: Dispatch,
        has_account: Callable[[str, str], bool],
        words: Words,
        pepper: bytes,
    ) -> None:
        self._ask = ask
        self._dispatch = dispatch
        self._has_account = has_account
        self._words = words
        self._pepper = pepper

    def tell(self, mail: BookingMail, effect: MailAboutBooking, job: Job) -> ToldBy | None:
        """Tell it on the first channel that they want and that takes it."""
        for channel in self._wanted(mail):
            if channel is ToldBy.MAIL or self._is_told(channel, mail, effect, job):
                return channel
        return None

    def _wanted(self, mail: BookingMail) -> Sequence[ToldBy]:
        """Return by which channels the reader may be told, in their order: who is no client is told by mail."""
        client_id = mail.client_id
        if mail.kind.is_for_professional or client_id is None:
            return (ToldBy.MAIL,)
        wanted: Sequence[ToldBy] = self._ask(
            mail.tenant, lambda past: notice_channels(records_of(client_id, past))
        )
        return wanted

    def _is_told(
        self, channel: ToldBy, mail: BookingMail, effect: MailAboutBooking, job: Job
    ) -> bool:
        """Whether a channel takes it: once a message has failed, none is tried any more."""
        if effect.instead_of is not None or not self._has_account(mail.tenant, channel):
            return False
        return any(
            self._is_said(each, channel, mail, effect, job) for each in self._ways(channel, mail)
        )

    def _is_said(
        self,
        way: Mapping[str, Any],
        channel: ToldBy,
        mail: BookingMail,
        effect: MailAboutBooking,
        job: Job,
    ) -> bool:
        assert mail.client_id is not None, "clients are told so"
        order = TellOnChannel(
            notice_id=str(job.id),
            notice=effect.notice,
            client_id=mail.client_id,
            channel=channel,
            **way,
        )
        id_ = uuid5(job.id, f"{channel}/{'template' if order.template else 'text'}")
        try:
            self._dispatch(order, About(tenant=mail.tenant, actor="telling", command_id=id_))
        except NotNow:
            raise
        except DomainError:
            return False
        return True

    def _ways(self, channel: ToldBy, mail: BookingMail) -> Iterator[Mapping[str, Any]]:
        """Return how it can be said: as the business has written it, or else as everybody says it."""
        found: tuple[TemplateId, MessageTemplate] | None = self._ask(
            mail.tenant, lambda past: self._template(mail, past)
        )
        if found is not None:
            yield {"template": self._filled_in(*found, channel, mail)}
        if (text := self._standard(mail)) is not None:
            yield {"text": text}

    def _template(self, mail: BookingMail, past: Past) -> tuple[TemplateId, MessageTemplate] | None:
        claim_id = claim_on(TEMPLATES, SHORTCUT, mail.kind, tenant=mail.tenant, pepper=self._pepper)
        id_ = past.of(CLAIM, claim_id).owner
        values = past.of(TEMPLATES.aggregate, id_).values if id_ else None
        return (TemplateId(id_), values) if id_ and values else None

    def _filled_in(
        self, id_: TemplateId, template: MessageTemplate, channel: ToldBy, mail: BookingMail
    ) -> FromTemplate:
        approves = CHANNELS[channel].approves
        language = language_for(mail.language, template, approves=approves)
        said = self._words(mail, language)
        places = template.says.by_language[language].placeholders
        values = {name: said[name] for name in places if name in said}
        payloads = tuple(self._token(each, mail) for each in template.buttons)
        return FromTemplate(id=id_, values=values, language=language, payloads=payloads)

    def _token(self, kind: AnswerKind, mail: BookingMail) -> str:
        """Return what a button says by which this is answered; nothing is, where nobody knows until when."""
        if mail.slot is None:
            return "-"
        answer = Answer(
            booking_id=mail.booking_id, kind=kind, moves=mail.moves, until=mail.slot.ends_at
        )
        return token_of(answer, mail.tenant, self._pepper)

    def _standard(self, mail: BookingMail) -> str | None:
        """Return what everybody says; None, where there is nothing to say in one of its places."""
        said = self._words(mail, mail.language)
        text = STANDARD[mail.kind].by_language[mail.language].text
        if any(name not in said for name in PLACEHOLDER.findall(text)):
            return None
        return PLACEHOLDER.sub(lambda found: said[found[1]], text)


# --- Use cases --------------------------------------------------------------------------


def tell(command: TellOnChannel, past: Past) -> Changes:
    """Say it to the client, or whoever stands for them by now, and on the booking that it was said."""
    booking = past.of(BOOKING, command.notice.booking_id)
    if booking is None or command.notice_id in booking.mails_sent:
        return {}
    order = WriteToClient(
        client_id=survivor(past, command.client_id),
        channel=command.channel,
        template=command.template,
        text=command.text,
        notice=command.notice,
    )
    return step_by_step(
        past, lambda here: write_to(order, here), lambda here: _recorded(command, here)
    )


def _recorded(command: TellOnChannel, past: Past) -> Changes:
    client_id, booking_id = survivor(past, command.client_id), command.notice.booking_id
    thread_id = thread_of(conversation(command.channel, client_id, past))
    sent = RecordBookingMailSent(
        booking_id=booking_id,
        mail_id=command.notice_id,
        mail=command.notice.kind,
        message_id=message_at(thread_id, past.of(THREAD, thread_id).last),
        channel=command.channel,
    )
    return {booking_id: bookings.record_mail_sent(sent, past.of(BOOKING, booking_id))}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {TellOnChannel: tell}
