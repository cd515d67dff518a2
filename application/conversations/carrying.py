"""Hands what is said on other channels over to whoever carries it there, one after the other in each conversation.

Whether it still may be said, and to whom, is looked up at that moment. Once it was handed over, and nobody says
that they have it, it is uncertain: a person decides whether it is said again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import uuid5

from application.business.configuration import Configured
from application.conversations.enclosed.depositing import MessageRefusedError, Put, Sent, lying
from application.conversations.hearing import name_of
from application.conversations.providers.carriers import (
    Carriage,
    Carriages,
    Given,
    Pace,
    Send,
    Taken,
)
from application.conversations.providers.holding import Holding
from application.conversations.readers import address_of, refuse_opted_out
from application.conversations.reviewing import claim_of
from application.files.keeping import Keeping
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
from application.processes.effects.bookings import mail_of
from application.processes.effects.conversations import CarryMessage
from application.scheduling.mails import History
from application.scheduling.timeliness import is_late, why_not
from application.transact import Past
from domain.conversations.approvals import AsApproved
from domain.conversations.channels import CHANNELS, Part, parts_as_sent
from domain.conversations.choices import Choices
from domain.conversations.heard import RecordCarried
from domain.conversations.messages import (
    MESSAGE,
    FallBack,
    Message,
    MessageEdited,
    MessageFellBack,
    MessageNamed,
    MessagePosted,
    MessageStatus,
    RecordUpload,
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
from domain.people.consents import ToldBy, ToldOf
from domain.values import FileId, MessageId, TenantId, keyed_id

MINUTE: Final = 60.0
LOOKED_THROUGH: Final = 1.0
"""Seconds after which it is asked again whether a file has been."""

REASONS: Final[Mapping[type[DomainError], str]] = {
    WindowClosed: "window-closed",
    HasOptedOut: "opted-out",
}
"""What a message says of why it was not given to anybody."""

WAITING: Final = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCERTAIN)
"""What may be given: what is uncertain only if a person wants it again."""


Ask = Callable[[str, Callable[[Past], Any]], Any]


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
        keeping: Keeping,
    ) -> None:
        self._keeping = keeping
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
        """Hand a message, or a part of one, over to whoever carries it, if it still is to be said."""
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
        if words.says_nothing or reader is None:
            return Skipped("it is not to be said any more")
        pace = carriage.pace and carriage.pace(account)
        if pace is not None and (pause := self._pause(pace, job.tenant, reader.to)) > 0:
            return Unfinished(pause)
        way = _Way(effect, job, carriage, account, words)
        with (
            self._holding.through(job, carriage.account, account, reader.number),
            self._given_up_at_last(effect, job),
        ):
            return self._carried(way, reader)

    @contextmanager
    def _given_up_at_last(self, effect: CarryMessage, job: Job) -> Iterator[None]:
        """Let it have failed if it is not taken the last time that it is given. Raises GivenUpError."""
        try:
            yield
        except UncertainError:
            raise
        except Exception as error:
            if job.is_last_attempt and getattr(error, "counts", True):
                raise GivenUpError("not sent", self._failed(effect, "not-taken")) from error
            raise

    def _reader(
        self, effect: CarryMessage, job: Job, words: "_Words", past: Past
    ) -> "_Reader | None":
        """Return who is to read it, if it still is to be said, and neither they nor whoever is known by that there want
        to hear nothing more. Raises WindowClosed, HasOptedOut.
        """
        channel, reader = CHANNELS[effect.channel], _reader(effect, words, past)
        if reader is None:
            return None
        refuse_opted_out(past.of(THREAD, effect.thread_id).client_id, channel, past)
        if known := self._known(effect, job, Taken("", reader.to)):
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
            part=effect.part,
            status=MessageStatus.SENDING,
        )
        return self._order(called, job, f"{MessageStatus.SENDING}/{job.attempt}")

    def _carried(self, way: "_Way", reader: "_Reader") -> Handled:
        try:
            given = self._given(way, reader)
        except MessageRefusedError as refused:
            return self._failed(way.effect, refused.code)
        return self._handed(way, given) if given else Unfinished(LOOKED_THROUGH)

    def _given(self, way: "_Way", reader: "_Reader") -> Given | None:
        """Return what is given; None as long as its file is being looked through. Raises MessageRefusedError."""
        effect, job, words = way.effect, way.job, way.words
        part, is_first = words.parts_as_they_go[effect.part], not effect.part
        answers = words.reply_to if is_first else None
        given = Given(
            message_id=effect.message_id,
            to=reader.to,
            text=part.text,
            number=reader.number,
            part=effect.part if words.parts > 1 else None,
            tenant=job.tenant,
            name=way.carriage.named and way.carriage.named(effect.message_id),
            reply_to=answers and name_in(self._history(job.tenant, answers)),
            attempt=job.attempt,
        )
        if part.file_id is None:
            return given._replace(approved=words.approved, choices=words.choices)
        file = self._file(way, part.file_id, reader)
        return file and given._replace(file=file)

    def _file(self, way: "_Way", file_id: FileId, reader: "_Reader") -> Sent | None:
        """Return the file as it lies with them, where it is put once; None as long as it is being looked through."""
        effect, job = way.effect, way.job
        known = reader.message.handed_over.get(effect.part)
        deposit = way.carriage.deposit
        assert deposit is not None, "files are only said where they are carried"

        def put(file: Put) -> str:
            if known is not None:
                return known
            media_id = deposit.put(way.account, file._replace(number=reader.number))
            order = RecordUpload(message_id=effect.message_id, part=effect.part, media_id=media_id)
            self._order(order, job, f"put/{media_id}")
            return media_id

        return lying(self._keeping, job.tenant, file_id, CHANNELS[effect.channel], put)

    def _handed(self, way: "_Way", given: Given) -> Handled:
        effect, job, words = way.effect, way.job, way.words
        self._begin(effect, job, given.name)
        send: Send = partial(way.carriage.carrier.send, way.account, given)
        try:
            taken = send(lambda: self._holding.handing_over(str(job.id)))
        except MessageRefusedError as refused:
            can_fall_back = words.fallback is not None and not effect.part
            if refused.closed and can_fall_back and not job.is_last_attempt:
                self._fallen_back(effect, job, words)
                raise NotTakenError("it is given again, as a template") from refused
            if refused.of_template and words.approved is not None:
                self._heard_of(job, words.approved, refused)
            return self._failed(effect, refused.code)
        except UncertainError:
            self._report(effect, job, MessageStatus.UNCERTAIN)
            raise
        return RecordCarried(
            heard_id=name_of(job.tenant, effect.channel, taken.name, self._pepper),
            message_id=effect.message_id,
            at=self._clock(),
            name=taken.name,
            part=effect.part,
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
                        text=said.text,
                        approved=said.approved,
                        fallback=said.fallback,
                        notice=said.notice,
                        choices=said.choices,
                        reply_to=said.reply_to,
                        files=said.files,
                        parts=said.parts,
                    )
                case MessageFellBack(text=text, approved=approved):
                    words = words._replace(text=text, approved=approved, files=(), parts=1)
                case MessageEdited(text=text):
                    words = words._replace(text=text, approved=None)
        return words

    def _fallen_back(self, effect: CarryMessage, job: Job, words: "_Words") -> "_Words":
        """Let it say what can be said at any time: it is recorded before it is given to anybody."""
        said = words.fallback
        assert said is not None, "there is something to fall back on"
        order = FallBack(message_id=effect.message_id, said=said)
        self._order(order, job, f"fall-back/{job.attempt}")
        return words._replace(text=said.text, approved=said.approved, files=(), parts=1)

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
            part=effect.part,
        )

    def _report(self, effect: CarryMessage, job: Job, status: MessageStatus) -> None:
        order = ReportMessage(
            message_id=effect.message_id, status=status, at=self._clock(), part=effect.part
        )
        self._order(order, job, f"{status}/{job.attempt}")

    def _order(self, order: Command, job: Job, name: str) -> None:
        id_ = uuid5(job.id, name)
        self._dispatch(order, About(tenant=job.tenant, actor="carrying", command_id=id_))


class _Words(NamedTuple):
    """What a message says, as which template, what it says instead where it cannot be said freely, and to which it
    replies; with which files, and as how many parts. Nothing, where nobody knows it any more.
    """

    text: str | None = None
    approved: AsApproved | None = None
    fallback: FilledIn | None = None
    notice: Notice | None = None
    choices: Choices | None = None
    reply_to: MessageId | None = None
    files: tuple[FileId, ...] = ()
    parts: int = 1

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to be said."""
        return self.text is None and not self.files

    @property
    def parts_as_they_go(self) -> Sequence[Part]:
        """What goes out one after the other, of as many parts as was decided when it was posted."""
        return parts_as_sent(self.text, self.files, in_front=self.parts > len(self.files))


class _Way(NamedTuple):
    """By which order and whom something goes out, and what it is."""

    effect: CarryMessage
    job: Job
    carriage: Carriage
    account: Any
    words: _Words


def name_in(history: Iterable[Recorded]) -> str | None:
    """Return what a provider calls a message, of which this is the history, if that is known."""
    name = None
    for past in history:
        if isinstance(past.event, MessagePosted | MessageNamed):
            name = past.event.name or name
    return name


class _Reader(NamedTuple):
    """Who is to read it, as they are called on the channel, and by which of the business's numbers they wrote, if they
    ever did; whether nothing can be said freely any more (`closed`); and the message, as it is by now.
    """

    to: str
    number: str | None
    closed: bool
    message: Message


def _unwanted(effect: CarryMessage, past: Past) -> str | None:
    """Return why whoever is to read it cannot be told it there, or does not want to be any more."""
    message, thread = past.of(MESSAGE, effect.message_id), past.of(THREAD, effect.thread_id)
    if message.deleted or message.status not in WAITING or thread.client_id is None:
        return None
    if not may_be_told(thread.client_id, ToldBy(effect.channel), ToldOf.NOTICES, past):
        return "opted-out"
    line = thread.lines[-1].identity_id if thread.lines else None
    there = address_of(effect.channel, thread.client_id, past, line)
    return None if there else "no-address"


def _reader(effect: CarryMessage, words: _Words, past: Past) -> _Reader | None:
    """Return who is to read it, if it still is to be said. Raises WindowClosed, where nothing can be said."""
    message, thread = past.of(MESSAGE, effect.message_id), past.of(THREAD, effect.thread_id)
    if not _waits(effect, message) or thread.client_id is None:
        return None
    channel, is_free = CHANNELS[effect.channel], words.approved is None or bool(words.files)
    if is_free and (words.fallback is None or effect.part):
        refuse_closed(channel, thread.lines, now=past.now)
    refuse_stopped(thread, past.now)
    closed = is_free and not is_open(channel, thread.lines, now=past.now)
    line = thread.lines[-1] if thread.lines else None
    by = line.identity_id if line else None
    to = address_of(effect.channel, thread.client_id, past, by)
    return _Reader(to, line.number if line else None, closed, message) if to else None


def refuse_stopped(thread: Thread, now: datetime) -> None:
    """Raise NotTakenError until the channel takes something again for whoever it is with."""
    if thread.stopped_until is not None and now < thread.stopped_until:
        after = thread.stopped_until - now
        raise NotTakenError("nothing is taken for them at present", after=after, counts=False)


def _waits(effect: CarryMessage, message: Message) -> bool:
    """Whether it is to be said yet; of several parts none is, once one has failed."""
    if message.deleted or message.status is MessageStatus.FAILED or effect.part >= message.parts:
        return False
    return message.progress_of(effect.part).status in WAITING
