"""Whoever has a task is reminded of it before it is due, if that is wished, by mail and by a sign to whatever
listens; and hears of it when it is overdue.

One process makes what waits for its time, moves it and takes it back: see `remind_client_of_booking.py`. What
was removed may be had again before its time, of which this process sees no more than that it is so; so it
goes on waiting, and whoever carries it out looks whether it is still to be done.
"""

from collections.abc import Sequence
from typing import Final

from application.ports import Recorded
from application.processes.effects.sales import NoticeOverdue, SendTaskReminder
from application.processes.process import Do, Orders, Process, Withdraw
from domain.records import Changed, Created, Purged, Restored
from domain.sales.tasks import TASKS, RemindOfTask, Task, TaskCompleted, TaskStatus
from domain.values import TaskId


def _keep_it_in_mind(past: Recorded) -> Orders:
    match past.event:
        case Created(id=id_, values=task):
            return _ahead(TaskId(id_), task, past)
        case Changed(id=id_, values=task):
            return [*_nothing_of(id_), *_ahead(TaskId(id_), task, past)]
        case TaskCompleted(id=id_) | Purged(id=id_):
            return _nothing_of(id_)
        case Restored(id=id_):  # it may have fallen due meanwhile
            return [Do(NoticeOverdue(task_id=TaskId(id_)), about=id_)]
        case _:
            return []


def _nothing_of(id_: str) -> Sequence[Withdraw]:
    orders = (SendTaskReminder, RemindOfTask, NoticeOverdue)
    return [Withdraw(order, about=id_) for order in orders]


def _ahead(task_id: TaskId, task: Task, past: Recorded) -> Sequence[Do]:
    """Order what is to come; of a reminder whose time has passed there is no use."""
    if task.assignee_id is None or task.status is not TaskStatus.OPEN:
        return []
    overdue_at = max(task.due_at, past.recorded_at)
    overdue = Do(NoticeOverdue(task_id=task_id), about=task_id, at=overdue_at)
    remind_at = task.reminded_at
    if remind_at is None or remind_at <= past.recorded_at:
        return [overdue]
    mail = SendTaskReminder(task_id=task_id, remind_at=remind_at)
    sign = RemindOfTask(id=task_id, remind_at=remind_at)
    return [overdue, *(Do(each, about=task_id, at=remind_at) for each in (mail, sign))]


REMIND_ASSIGNEE_OF_TASK: Final = Process(
    name="remind-assignee-of-task",
    when=(TASKS.created, TASKS.changed, TASKS.restored, TASKS.purged, TaskCompleted),
    then=_keep_it_in_mind,
)
