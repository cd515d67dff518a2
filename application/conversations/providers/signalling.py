"""Lets people on other channels know what is no message: reactions of the business, that somebody has read what they
wrote, and that somebody is writing.

What goes out is how it is at that moment, so that it may go out twice, or not at all if it is too late. It is tried as
often as anything else, and is not told to anybody if that was in vain.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple, Protocol

from application.business.configuration import Configured
from application.conversations.carrying import (
    Ask,
    name_in,
    refuse_stopped,
)
from application.conversations.enclosed.depositing import MessageRefusedError
from application.conversations.readers import address_of
from application.operations.jobs import Handled, Handlers, Job, NotTakenError, Skipped
from application.ports import Clock
from application.processes.effects.conversations import CarryReaction, CarryReading
from application.scheduling.mails import History
from application.transact import Past
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import MESSAGE, Message, message_at
from domain.conversations.participants import client_of, is_staff
from domain.conversations.threads import THREAD, Thread
from domain.conversations.windows import is_open
from domain.values import MessageId, ThreadId

MOST_LOOKED_AT: Final = 100
"""Messages of a conversation, back from the one that was read, among which the last of theirs is sought."""

TOO_LATE: Final = timedelta(minutes=10)
WRITES_FOR: Final = timedelta(seconds=20)
"""After which it is of no use any more to say that somebody has read something, or writes."""


class Signal(NamedTuple):
    """What becomes of the message that they call `name`, by one of the business's numbers: a reaction of the business,
    where it says whom it is `to`, which is taken back if there is no emoji; else that it was read, and whether somebody
    writes.
    """

    name: str
    number: str
    to: str | None = None
    emoji: str | None = None
    is_typing: bool = False


class Signaller(Protocol):
    """Tells it on a channel; see `adapters/whatsapp`."""

    def signal(self, account: Any, signal: Signal) -> None:
        """Show it to whoever is there. Raises MessageRefusedError, NotTakenError."""


class Signals(NamedTuple):
    """Who tells it on a channel, and what of the business's configuration is their account there."""

    account: str
    signaller: Signaller


class Signalling:
    """Handles the effects by which it goes out."""

    def __init__(
        self,
        ask: Ask,
        history: History,
        configured: Configured,
        signals: Mapping[str, Signals],
        clock: Clock,
    ) -> None:
        self._ask = ask
        self._history = history
        self._configured = configured
        self._signals = signals
        self._clock = clock

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {CarryReaction: self.react, CarryReading: self.read}

    def react(self, effect: CarryReaction, job: Job) -> Handled:
        """Let them see how the business reacts to a message now: there is one reaction of it, the latest."""
        name = name_in(self._history(job.tenant, effect.message_id))
        if name is None:
            return Skipped("they have no such message")
        signal = self._ask(job.tenant, lambda past: _reaction(effect, name, past))
        return self._signalled(effect.channel, signal, job)

    def read(self, effect: CarryReading, job: Job) -> Handled:
        """Let them know that the last of their messages up to there was read."""
        longest = WRITES_FOR if effect.is_typing else TOO_LATE
        if self._clock() - job.due_at > longest:
            return Skipped("it is too late to say so")
        found = self._ask(job.tenant, lambda past: _last_of_theirs(effect, past))
        name = found and name_in(self._history(job.tenant, found.message_id))
        if not found or not name:
            return Skipped("nothing of theirs was read")
        signal = Signal(name, found.number, is_typing=effect.is_typing)
        return self._signalled(effect.channel, signal, job)

    def _signalled(self, channel: str, signal: Signal | None, job: Job) -> Handled:
        telling = self._signals[channel]
        account = self._configured.values(job.tenant, telling.account)
        if account is None or not signal:
            return Skipped("there is nothing to tell, or nobody to tell it")
        try:
            telling.signaller.signal(account, signal)
        except MessageRefusedError as refused:
            return Skipped(f"not taken: {refused.code}")
        except NotTakenError as error:
            if job.is_last_attempt:
                return Skipped("not taken")
            raise NotTakenError(str(error), after=error.after) from error
        return None


def _reaction(effect: CarryReaction, name: str, past: Past) -> Signal | None:
    message, thread = past.of(MESSAGE, effect.message_id), past.of(THREAD, effect.thread_id)
    channel = CHANNELS[effect.channel]
    if (
        message.deleted
        or thread.client_id is None
        or not is_open(channel, thread.lines, now=past.now)
    ):
        return None
    refuse_stopped(thread, past.now)
    line = thread.lines[-1]
    to = address_of(effect.channel, thread.client_id, past, line.identity_id)
    return Signal(name, line.number, to, _emoji(message)) if to else None


def _emoji(message: Message) -> str | None:
    """Return the latest reaction of the business."""
    ours = [emoji for who, emoji in message.reactions.items() if is_staff(who)]
    return ours[-1] if ours else None


class _Theirs(NamedTuple):
    """A message of theirs, and the number by which they wrote last."""

    message_id: MessageId
    number: str


def _last_of_theirs(effect: CarryReading, past: Past) -> _Theirs | None:
    thread = past.of(THREAD, effect.thread_id)
    theirs = (
        each
        for each in _back_from(effect.thread_id, thread, effect.sequence)
        if client_of(past.of(MESSAGE, each).author) and past.of(MESSAGE, each).is_named
    )
    found = next(theirs, None)
    return _Theirs(found, thread.lines[-1].number) if found and thread.lines else None


def _back_from(thread_id: ThreadId, thread: Thread, sequence: int) -> Iterator[MessageId]:
    last = min(sequence, thread.last)
    return (message_at(thread_id, n) for n in range(last, max(0, last - MOST_LOOKED_AT), -1))
