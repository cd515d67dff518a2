"""Hands what is said on other channels over to whoever carries it there, one after the other in each conversation.

Whether it still may be said, and to whom, is looked up at that moment. Once it was handed over, and nobody says
that they have it, it is uncertain: a person decides whether it is said again.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple, Protocol
from uuid import uuid5

from application.business.configuration import Configured
from application.conversations.hearing import name_of
from application.conversations.holding import Holding
from application.operations.jobs import (
    Dispatch,
    GivenUpError,
    Handled,
    Handlers,
    Job,
    NotTakenError,
    Skipped,
    UncertainError,
)
from application.people.people import records
from application.ports import About, Clock, Recorded
from application.processes.effects import CarryMessage
from application.scheduling.mails import History
from application.transact import Past
from domain.conversations.channels import CHANNELS
from domain.conversations.choices import Choices
from domain.conversations.heard import RecordCarried
from domain.conversations.messages import (
    MESSAGE,
    MessageEdited,
    MessageNamed,
    MessagePosted,
    MessageStatus,
    ReportMessage,
)
from domain.conversations.threads import THREAD, Thread
from domain.conversations.windows import WindowClosed, refuse_closed
from domain.people.clients import CLIENT
from domain.values import ClientId, IdentityId, MessageId

WAITING: Final = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCERTAIN)
"""What may be given: what is uncertain only if a person wants it again."""

Ask = Callable[[str, Callable[[Past], Any]], Any]
Send = Callable[[Callable[[], None]], str]


class MessageRefusedError(Exception):
    """Whoever carries it does not take it, and would not later: they say so by this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Given(NamedTuple):
    """What is given to whoever carries it: `to` is what they call who is to read it, and `number` the business's by
    which that one wrote, if they wrote; `reply_to` is what they call the message to which it replies.
    """

    message_id: MessageId
    to: str
    text: str
    number: str | None = None
    choices: Choices | None = None
    reply_to: str | None = None
    attempt: int = 1


class Carrier(Protocol):
    """Carries messages on a channel; see `adapters/whatsapp`."""

    def send(self, account: Any, given: Given, handing_over: Callable[[], None]) -> str:
        """Return what they call it. `handing_over` is called before they are given it. Raises
        MessageRefusedError, NotTakenError where it is to be tried again, UncertainError.
        """


class Carriage(NamedTuple):
    """Who carries what is said on a channel, and what of the business's configuration is their account there."""

    account: str
    carrier: Carrier


Carriages = Mapping[str, Carriage]
"""By the channel's name."""


class Carrying:
    """Handles the effect by which a message goes out."""

    def __init__(
        self,
        ask: Ask,
        history: History,
        dispatch: Dispatch,
        configured: Configured,
        carriages: Carriages,
        holding: Holding,
        pepper: bytes,
        clock: Clock,
    ) -> None:
        self._ask = ask
        self._history = history
        self._dispatch = dispatch
        self._configured = configured
        self._carriages = carriages
        self._holding = holding
        self._pepper = pepper
        self._clock = clock

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {CarryMessage: self.carry}

    def carry(self, effect: CarryMessage, job: Job) -> Handled:
        """Hand a message over to whoever carries it, if it still is to be said."""
        carriage = self._carriages[effect.channel]
        account = self._configured.values(job.tenant, carriage.account)
        if account is None:
            return Skipped("the business has no account there: somebody else carries it")
        words = self._words(effect, job)
        try:
            reader = self._ask(job.tenant, lambda past: _reader(effect, past))
        except WindowClosed:
            return self._failed(effect, "window-closed")
        if words.text is None or reader is None:
            return Skipped("it is not to be said any more")
        given = Given(
            effect.message_id,
            reader.to,
            words.text,
            reader.number,
            words.choices,
            words.reply_to and name_in(self._history(job.tenant, words.reply_to)),
            job.attempt,
        )
        with self._holding.through(job, carriage.account, account, reader.number):
            return self._given(effect, job, partial(carriage.carrier.send, account, given))

    def _given(self, effect: CarryMessage, job: Job, send: Send) -> Handled:
        self._report(effect, job, MessageStatus.SENDING)
        try:
            name = send(lambda: self._holding.handing_over(str(job.id)))
        except MessageRefusedError as refused:
            return self._failed(effect, refused.code)
        except UncertainError:
            self._report(effect, job, MessageStatus.UNCERTAIN)
            raise
        except Exception as error:
            if job.is_last_attempt and getattr(error, "counts", True):
                raise GivenUpError("not sent", self._failed(effect, "not-taken")) from error
            raise
        return RecordCarried(
            heard_id=name_of(job.tenant, effect.channel, name, self._pepper),
            message_id=effect.message_id,
            at=self._clock(),
            name=name,
        )

    def _words(self, effect: CarryMessage, job: Job) -> "_Words":
        """Return what it says by now."""
        words = _Words()
        for past in self._history(job.tenant, effect.message_id):
            match past.event:
                case MessagePosted(text=text, choices=choices, reply_to=reply_to):
                    words = _Words(text, choices, reply_to)
                case MessageEdited(text=text):
                    words = words._replace(text=text)
        return words

    def _failed(self, effect: CarryMessage, reason: str) -> ReportMessage:
        return ReportMessage(
            message_id=effect.message_id,
            status=MessageStatus.FAILED,
            at=self._clock(),
            reason=reason,
        )

    def _report(self, effect: CarryMessage, job: Job, status: MessageStatus) -> None:
        order = ReportMessage(message_id=effect.message_id, status=status, at=self._clock())
        id_ = uuid5(job.id, f"{status}/{job.attempt}")
        self._dispatch(order, About(tenant=job.tenant, actor="carrying", command_id=id_))


class _Words(NamedTuple):
    """What a message says, and to which it replies; nothing, where nobody knows it any more."""

    text: str | None = None
    choices: Choices | None = None
    reply_to: MessageId | None = None


def name_in(history: Iterable[Recorded]) -> str | None:
    """Return what a provider calls a message, of which this is the history, if that is known."""
    name = None
    for past in history:
        if isinstance(past.event, MessagePosted | MessageNamed):
            name = past.event.name or name
    return name


class _Reader(NamedTuple):
    """Who is to read it, as they are called on the channel, and by which of the business's numbers they wrote."""

    to: str
    number: str


def _reader(effect: CarryMessage, past: Past) -> _Reader | None:
    """Return who is to read it, if it still is to be said. Raises WindowClosed."""
    message, thread = past.of(MESSAGE, effect.message_id), past.of(THREAD, effect.thread_id)
    if message.deleted or message.status not in WAITING or thread.client_id is None:
        return None
    refuse_closed(CHANNELS[effect.channel], thread.lines, now=past.now)
    refuse_stopped(thread, past.now)
    line = thread.lines[-1]
    to = called_on(effect.channel, thread.client_id, line.identity_id, past)
    return _Reader(to, line.number) if to else None


def refuse_stopped(thread: Thread, now: datetime) -> None:
    """Raise NotTakenError until the channel takes something again for whoever it is with."""
    if thread.stopped_until is not None and now < thread.stopped_until:
        after = thread.stopped_until - now
        raise NotTakenError("nothing is taken for them at present", after=after, counts=False)


def called_on(channel: str, client_id: ClientId, identity_id: IdentityId, past: Past) -> str | None:
    """Return what somebody is called on a channel: by that identity, or by what they are called there by now."""
    known = [c for each in records(past, client_id) for c in past.of(CLIENT, each).channels]
    there = [each for each in known if each.channel == channel]
    same = (each.id for each in there if each.identity_id == identity_id)
    return next(same, there[-1].id if there else None)
