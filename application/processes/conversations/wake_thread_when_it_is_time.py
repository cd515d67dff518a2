"""A conversation that was put aside is open again at its time, unless it is by then."""

from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process, Withdraw
from domain.conversations.threads import ThreadReopened, ThreadResolved, ThreadSnoozed, WakeThread


def _wake_it_in_time(past: Recorded) -> Orders:
    match past.event:
        case ThreadSnoozed(thread_id=thread, until=until):
            order = WakeThread(thread_id=thread, until=until)
            return [Withdraw(WakeThread, about=thread), Do(order, about=thread, at=until)]
        case ThreadReopened(thread_id=thread) | ThreadResolved(thread_id=thread):
            return [Withdraw(WakeThread, about=thread)]
        case _:
            return []


WAKE_THREAD_WHEN_IT_IS_TIME: Final = Process(
    name="wake-thread-when-it-is-time",
    when=(ThreadSnoozed, ThreadReopened, ThreadResolved),
    then=_wake_it_in_time,
)
