"""What was to be said later, and is not any more, with what made it so."""

from collections.abc import Iterable

from application.conversations.taking_part import recorded
from application.transact import Changes, Past
from domain.conversations import scheduled, threads
from domain.conversations.scheduled import SCHEDULED, CalledOff
from domain.conversations.threads import Thread
from domain.messages import Event
from domain.values import ScheduledId, ThreadId


def called_off(
    thread_id: ThreadId, which: Iterable[ScheduledId], reason: CalledOff, past: Past
) -> Changes:
    """Let none of these be said."""
    thread = past.of(threads.THREAD, thread_id)
    events: dict[str, list[Event]] = {}
    for each in which:
        events[each] = [*scheduled.cancel(each, past.of(SCHEDULED, each), reason)]
    no_more = [threads.awaited_no_more(thread_id, ScheduledId(each), thread) for each in events]
    return {**events, **recorded(thread_id, thread, no_more)} if events else {}


def waiting(thread: Thread, *, for_an_answer: bool = False) -> list[ScheduledId]:
    """Return what is to be said later; or only what is not once there is an answer."""
    return [each for each, unless in thread.scheduled.items() if unless or not for_an_answer]
