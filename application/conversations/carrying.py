"""Hands what is said on other channels over to whoever carries it there, one after the other in each conversation.

Whether it still may be said, and to whom, is looked up at that moment. Once it was handed over, and nobody says
that they have it, it is uncertain: a person decides whether it is said again.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple, Protocol
from uuid import uuid5

from application.business.configuration import Configured
from application.conversations.hearing import name_of
from application.conversations.on_channels import Reader, refuse_stopped, refuse_unreached
from application.operations.jobs import (
    Dispatch,
    GivenUpError,
    Handled,
    Handlers,
    Job,
    Skipped,
    UncertainError,
    Unfinished,
)
from application.operations.rate_limits import Limit, RateLimiter
from application.people.contact_details import known_on
from application.people.people import known_by
from application.ports import About, Clock
from application.processes.effects import CarryMessage
from application.scheduling.mails import History
from application.transact import Past
from domain.conversations.channels import CHANNELS, NoNumber
from domain.conversations.heard import RecordCarried
from domain.conversations.messages import (
    MESSAGE,
    MessageEdited,
    MessagePosted,
    MessageStatus,
    ReportMessage,
)
from domain.conversations.threads import THREAD
from domain.conversations.windows import WindowClosed
from domain.messages import Command, DomainError
from domain.people.clients import HasOptedOut
from domain.values import MessageId, TenantId, keyed_id

MINUTE: Final = 60.0
REASONS: Final[Mapping[type[DomainError], str]] = {HasOptedOut: "opted-out"}
"""What a message says of why it was not sent, where that is not the code of the refusal."""

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
    which that one wrote, if they wrote. `name` is how they are to call it, where that is for us to say.
    """

    message_id: MessageId
    to: str
    text: str
    number: str | None = None
    tenant: str = ""
    name: str | None = None


class Carrier(Protocol):
    """Carries messages on a channel; see `adapters/whatsapp`."""

    def send(self, account: Any, given: Given, handing_over: Callable[[], None]) -> str:
        """Return what they call it. `handing_over` is called before they are given it. Raises
        MessageRefusedError, NotTakenError where it is to be tried again, UncertainError.
        """


class Pace(NamedTuple):
    """How many messages go out in a minute at most: of one business, and to one number."""

    of_business: int
    to_one: int


class Carriage(NamedTuple):
    """Who carries what is said on a channel, and what of the business's configuration is their account there. Where
    they call a message what we say, `named` says it: so it is known before they have it. `pace` says of an account
    how many they are given; the others wait.
    """

    account: str
    carrier: Carrier
    named: Callable[[MessageId], str] | None = None
    pace: Callable[[Any], Pace] | None = None


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
        handing_over: Callable[[str], None],
        *,
        pepper: bytes,
        limiter: RateLimiter,
        clock: Clock,
    ) -> None:
        self._ask = ask
        self._history = history
        self._dispatch = dispatch
        self._configured = configured
        self._carriages = carriages
        self._handing_over = handing_over
        self._pepper = pepper
        self._limiter = limiter
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
        text = self._text(effect, job)
        try:
            reader = self._ask(job.tenant, partial(self._reader, effect, job))
        except (WindowClosed, HasOptedOut, NoNumber) as refusal:
            return self._failed(effect, REASONS.get(type(refusal), refusal.code))
        if text is None or reader is None:
            return Skipped("it is not to be said any more")
        pace = carriage.pace and carriage.pace(account)
        if pace is not None and (pause := self._pause(pace, job.tenant, reader.to)) > 0:
            return Unfinished(pause)
        name = carriage.named and carriage.named(effect.message_id)
        given = Given(effect.message_id, reader.to, text, reader.number, job.tenant, name)
        return self._given(effect, job, partial(carriage.carrier.send, account, given), name)

    def _pause(self, pace: Pace, tenant: str, to: str) -> float:
        """Return for how many seconds it has to wait, where many are on their way."""
        one = keyed_id("pace", f"{tenant}/{to}", self._pepper)
        to_one = self._limiter.check(one, Limit(pace.to_one, MINUTE))
        if not to_one.allowed:
            return max(to_one.reset_after, 1)
        of_all = self._limiter.check(f"pace/{tenant}", Limit(pace.of_business, MINUTE))
        if not of_all.allowed:
            self._limiter.give_back(one)
            return max(of_all.reset_after, 1)
        return 0

    def _given(self, effect: CarryMessage, job: Job, send: Send, name: str | None) -> Handled:
        self._begin(effect, job, name)
        try:
            name = send(lambda: self._handing_over(str(job.id)))
        except MessageRefusedError as refused:
            return self._failed(effect, refused.code)
        except UncertainError:
            self._report(effect, job, MessageStatus.UNCERTAIN)
            raise
        except Exception as error:
            if job.is_last_attempt:
                raise GivenUpError("not sent", self._failed(effect, "not-taken")) from error
            raise
        return self._called(effect, job, name)

    def _begin(self, effect: CarryMessage, job: Job, name: str | None) -> None:
        """Say that it is on its way, and under which name, if that is known."""
        if name is None:
            return self._report(effect, job, MessageStatus.SENDING)
        return self._order(self._called(effect, job, name, MessageStatus.SENDING), "sending", job)

    def _called(
        self,
        effect: CarryMessage,
        job: Job,
        name: str,
        status: MessageStatus = MessageStatus.SENT,
    ) -> RecordCarried:
        return RecordCarried(
            heard_id=name_of(job.tenant, effect.channel, name, self._pepper),
            message_id=effect.message_id,
            at=self._clock(),
            status=status,
        )

    def _reader(self, effect: CarryMessage, job: Job, past: Past) -> Reader | None:
        """Return who is to read it, if it still is to be said. Raises WindowClosed, HasOptedOut, NoNumber."""
        message, thread = past.of(MESSAGE, effect.message_id), past.of(THREAD, effect.thread_id)
        if message.deleted or message.status not in WAITING or thread.client_id is None:
            return None
        channel = CHANNELS[effect.channel]
        reader = refuse_unreached(thread, channel, past)
        if reader and channel.by_number:
            tenant = TenantId(job.tenant)
            known = known_on(channel.name, reader.to, tenant=tenant, pepper=self._pepper)
            refuse_stopped(known_by(past, known.identity_id), channel, past)
        return reader

    def _text(self, effect: CarryMessage, job: Job) -> str | None:
        """Return what it says by now; None, where nobody knows it any more."""
        text = None
        for past in self._history(job.tenant, effect.message_id):
            if isinstance(past.event, MessagePosted | MessageEdited):
                text = past.event.text
        return text

    def _failed(self, effect: CarryMessage, reason: str) -> ReportMessage:
        return ReportMessage(
            message_id=effect.message_id,
            status=MessageStatus.FAILED,
            at=self._clock(),
            reason=reason,
        )

    def _report(self, effect: CarryMessage, job: Job, status: MessageStatus) -> None:
        order = ReportMessage(message_id=effect.message_id, status=status, at=self._clock())
        self._order(order, status, job)

    def _order(self, order: Command, what: str, job: Job) -> None:
        id_ = uuid5(job.id, f"{what}/{job.attempt}")
        self._dispatch(order, About(tenant=job.tenant, actor="carrying", command_id=id_))
