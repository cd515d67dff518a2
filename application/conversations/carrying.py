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
from application.conversations.providers.holding import Holding
from application.conversations.readers import address_of, refuse_opted_out
from application.conversations.reviewing import claim_of
from application.operations.jobs import (
    Dispatch,
    GivenUpError,
    Handled,
    Handlers,
    Job,
    NotTakenError,
    Skipped,
    UncertainError,
    Unfinished,
)
from application.operations.rate_limits import Limit, RateLimiter
from application.people.consents import may_be_told
from application.people.contact_details import known_on
from application.people.people import known_by
from application.ports import About, Clock, Recorded
from application.processes.effects import CarryMessage, mail_of
from application.scheduling.mails import History
from application.scheduling.timeliness import is_late, why_not
from application.transact import Past
from domain.conversations.approvals import AsApproved, TemplateStatus
from domain.conversations.channels import CHANNELS
from domain.conversations.choices import Choices
from domain.conversations.heard import RecordCarried
from domain.conversations.messages import (
    MESSAGE,
    FallBack,
    MessageEdited,
    MessageFellBack,
    MessageNamed,
    MessagePosted,
    MessageStatus,
    ReportMessage,
)
from domain.conversations.notices import Notice
from domain.conversations.reviews import HearOfTemplate
from domain.conversations.templates import FilledIn
from domain.conversations.threads import THREAD, Thread
from domain.conversations.windows import WindowClosed, is_open, refuse_closed
from domain.messages import Command, DomainError
from domain.people.channels import KnownOn
from domain.people.clients import HasOptedOut
from domain.people.consents import Purpose, ToldBy
from domain.values import MessageId, TenantId, keyed_id

MINUTE: Final = 60.0
REASONS: Final[Mapping[type[DomainError], str]] = {
    WindowClosed: "window-closed",
    HasOptedOut: "opted-out",
}
"""What a message says of why it was not given to anybody."""

WAITING: Final = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCERTAIN)
"""What may be given: what is uncertain only if a person wants it again."""

Ask = Callable[[str, Callable[[Past], Any]], Any]


class MessageRefusedError(Exception):
    """Whoever carries it does not take it, and would not later: they say so by this code. It may be that to them nothing
    can be said freely any more (`closed`); or that it is for its template, which may be otherwise (`stands`) than we
    know.
    """

    def __init__(
        self,
        code: str,
        *,
        closed: bool = False,
        of_template: bool = False,
        stands: TemplateStatus | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.closed = closed
        self.of_template = of_template
        self.stands = stands


class Given(NamedTuple):
    """What is given to whoever carries it: `to` is what they call who is to read it, or their number, and `number` the
    business's by which that one wrote, if they wrote; `reply_to` is what they call the message to which it replies. What
    is `approved` goes out as a template of theirs. `name` is how they are to call it, where that is for us to say.
    """

    message_id: MessageId
    to: str
    text: str
    number: str | None = None
    approved: AsApproved | None = None
    tenant: str = ""
    name: str | None = None
    choices: Choices | None = None
    reply_to: str | None = None
    attempt: int = 1


class Taken(NamedTuple):
    """What they call what they have taken, and whoever is to read it, if they say that."""

    name: str
    to: str | None = None


Send = Callable[[Callable[[], None]], Taken]


class Carrier(Protocol):
    """Carries messages on a channel; see `adapters/whatsapp`."""

    def send(self, account: Any, given: Given, handing_over: Callable[[], None]) -> Taken:
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
        holding: Holding,
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
        self._holding = holding
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
        words = self._words(effect, job)
        if words.notice is not None and (why := self._why_not(words.notice, effect, job)):
            return self._failed(effect, why)
        if account is None:
            return Skipped("the business has no account there: somebody else carries it")
        try:
            reader = self._ask(job.tenant, partial(self._reader, effect, job, words))
        except (WindowClosed, HasOptedOut) as refusal:
            return self._failed(effect, REASONS[type(refusal)])
        if reader is not None and reader.closed:
            words = self._fallen_back(effect, job, words)
        if words.text is None or reader is None:
            return Skipped("it is not to be said any more")
        pace = carriage.pace and carriage.pace(account)
        if pace is not None and (pause := self._pause(pace, job.tenant, reader.to)) > 0:
            return Unfinished(pause)
        name = carriage.named and carriage.named(effect.message_id)
        given = Given(
            message_id=effect.message_id,
            to=reader.to,
            text=words.text,
            number=reader.number,
            approved=words.approved,
            tenant=job.tenant,
            name=name,
            choices=words.choices,
            reply_to=words.reply_to and name_in(self._history(job.tenant, words.reply_to)),
            attempt=job.attempt,
        )
        with self._holding.through(job, carriage.account, account, reader.number):
            self._begin(effect, job, name)
            return self._given(effect, job, words, partial(carriage.carrier.send, account, given))

    def _reader(
        self, effect: CarryMessage, job: Job, words: "_Words", past: Past
    ) -> "_Reader | None":
        """Return who is to read it, if it still is to be said, and neither they nor whoever is known by that number want
        to hear nothing more. Raises WindowClosed, HasOptedOut.
        """
        channel, reader = CHANNELS[effect.channel], _reader(effect, words, past)
        if reader is None:
            return None
        refuse_opted_out(past.of(THREAD, effect.thread_id).client_id, channel, past)
        if channel.by_number and (known := self._known(effect, job, Taken("", reader.to))):
            refuse_opted_out(known_by(past, known.identity_id), channel, past)
        return reader

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

    def _begin(self, effect: CarryMessage, job: Job, name: str | None) -> None:
        """Say that it is on its way, and under which name, if that is for us to say."""
        if name is None:
            return self._report(effect, job, MessageStatus.SENDING)
        called = RecordCarried(
            heard_id=name_of(job.tenant, effect.channel, name, self._pepper),
            message_id=effect.message_id,
            at=self._clock(),
            status=MessageStatus.SENDING,
        )
        return self._order(called, job, f"{MessageStatus.SENDING}/{job.attempt}")

    def _given(self, effect: CarryMessage, job: Job, words: "_Words", send: Send) -> Handled:
        try:
            taken = send(lambda: self._holding.handing_over(str(job.id)))
        except MessageRefusedError as refused:
            if refused.closed and words.fallback is not None and not job.is_last_attempt:
                self._fallen_back(effect, job, words)
                raise NotTakenError("it is given again, as a template") from refused
            if refused.of_template and words.approved is not None:
                self._heard_of(job, words.approved, refused)
            return self._failed(effect, refused.code)
        except UncertainError:
            self._report(effect, job, MessageStatus.UNCERTAIN)
            raise
        except Exception as error:
            if job.is_last_attempt and getattr(error, "counts", True):
                raise GivenUpError("not sent", self._failed(effect, "not-taken")) from error
            raise
        return RecordCarried(
            heard_id=name_of(job.tenant, effect.channel, taken.name, self._pepper),
            message_id=effect.message_id,
            at=self._clock(),
            name=taken.name,
            known=self._known(effect, job, taken),
        )

    def _why_not(self, notice: Notice, effect: CarryMessage, job: Job) -> str | None:
        """Return why a notice is not to be told by a message any more: it is told otherwise, if it is still true."""
        if self._configured.values(job.tenant, self._carriages[effect.channel].account) is None:
            return "no-account"
        past, now = self._history(job.tenant, notice.booking_id), self._clock()
        if why_not(mail_of(notice), past, now, late=is_late(job, now)):
            return "true-no-more"
        unwanted: str | None = self._ask(job.tenant, lambda past: _unwanted(effect, past))
        return unwanted

    def _known(self, effect: CarryMessage, job: Job, taken: Taken) -> KnownOn | None:
        if not taken.to:
            return None
        tenant = TenantId(job.tenant)
        return known_on(effect.channel, taken.to, tenant=tenant, pepper=self._pepper)

    def _words(self, effect: CarryMessage, job: Job) -> "_Words":
        """Return what it says by now. What was edited is of no template any more."""
        words = _Words()
        for past in self._history(job.tenant, effect.message_id):
            match past.event:
                case MessagePosted() as said:
                    words = _Words(
                        said.text,
                        said.approved,
                        said.fallback,
                        said.notice,
                        said.choices,
                        said.reply_to,
                    )
                case MessageFellBack(text=text, approved=approved):
                    words = words._replace(text=text, approved=approved)
                case MessageEdited(text=text):
                    words = words._replace(text=text, approved=None)
        return words

    def _fallen_back(self, effect: CarryMessage, job: Job, words: "_Words") -> "_Words":
        """Let it say what can be said at any time: it is recorded before it is given to anybody."""
        said = words.fallback
        assert said is not None, "there is something to fall back on"
        order = FallBack(message_id=effect.message_id, said=said)
        self._order(order, job, f"fall-back/{job.attempt}")
        return words._replace(text=said.text, approved=said.approved)

    def _heard_of(self, job: Job, approved: AsApproved, refused: MessageRefusedError) -> None:
        """Let whoever writes templates see why one is not taken."""
        order = HearOfTemplate(
            claim_id=claim_of(approved.name, tenant=job.tenant, pepper=self._pepper),
            name=approved.name,
            code=approved.code,
            status=refused.stands,
            reason=refused.code,
        )
        self._order(order, job, f"template/{job.attempt}")

    def _failed(self, effect: CarryMessage, reason: str) -> ReportMessage:
        return ReportMessage(
            message_id=effect.message_id,
            status=MessageStatus.FAILED,
            at=self._clock(),
            reason=reason,
        )

    def _report(self, effect: CarryMessage, job: Job, status: MessageStatus) -> None:
        order = ReportMessage(message_id=effect.message_id, status=status, at=self._clock())
        self._order(order, job, f"{status}/{job.attempt}")

    def _order(self, order: Command, job: Job, name: str) -> None:
        id_ = uuid5(job.id, name)
        self._dispatch(order, About(tenant=job.tenant, actor="carrying", command_id=id_))


class _Words(NamedTuple):
    """What a message says, as which template, what it says instead where it cannot be said freely, and to which it
    replies; nothing, where nobody knows it any more.
    """

    text: str | None = None
    approved: AsApproved | None = None
    fallback: FilledIn | None = None
    notice: Notice | None = None
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
    """Who is to read it, as they are called on the channel, and by which of the business's numbers they wrote, if they
    ever did; and whether nothing can be said freely any more (`closed`).
    """

    to: str
    number: str | None
    closed: bool


def _unwanted(effect: CarryMessage, past: Past) -> str | None:
    """Return why whoever is to read it cannot be told it there, or does not want to be any more."""
    message, thread = past.of(MESSAGE, effect.message_id), past.of(THREAD, effect.thread_id)
    if message.deleted or message.status not in WAITING or thread.client_id is None:
        return None
    if not may_be_told(thread.client_id, ToldBy(effect.channel), Purpose.NOTICES, past):
        return "opted-out"
    line = thread.lines[-1].identity_id if thread.lines else None
    there = address_of(effect.channel, thread.client_id, past, line)
    return None if there else "no-address"


def _reader(effect: CarryMessage, words: _Words, past: Past) -> _Reader | None:
    """Return who is to read it, if it still is to be said. Raises WindowClosed, where nothing can be said."""
    message, thread = past.of(MESSAGE, effect.message_id), past.of(THREAD, effect.thread_id)
    if message.deleted or message.status not in WAITING or thread.client_id is None:
        return None
    channel, is_free = CHANNELS[effect.channel], words.approved is None
    if is_free and words.fallback is None:
        refuse_closed(channel, thread.lines, now=past.now)
    refuse_stopped(thread, past.now)
    closed = is_free and not is_open(channel, thread.lines, now=past.now)
    line = thread.lines[-1] if thread.lines else None
    by = line.identity_id if line else None
    to = address_of(effect.channel, thread.client_id, past, by)
    return _Reader(to, line.number if line else None, closed) if to else None


def refuse_stopped(thread: Thread, now: datetime) -> None:
    """Raise NotTakenError until the channel takes something again for whoever it is with."""
    if thread.stopped_until is not None and now < thread.stopped_until:
        after = thread.stopped_until - now
        raise NotTakenError("nothing is taken for them at present", after=after, counts=False)
