"""Tells those who work here of their tasks: before one is due, if that is wished, and once a day of what is
overdue.

falls due ─► still to be done? ─► a look at eight in the morning, by the assignee's own clock
                                      └─► anything overdue? ─► one mail, and another look the next morning

Each look, and each mail, is of one person and one day of theirs, and there is one of them, whoever orders it:
see `Ordered`. What is ordered besides is found to have been ordered.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final, Protocol

from application.business.readers import Reader, reader_of, sent
from application.operations.jobs import Handled, Handlers, Job, Ordered, Skipped, Unfinished
from application.ports import Clock
from application.processes.effects.sales import (
    NoticeOverdue,
    SendOverdueMail,
    SendTaskReminder,
    SumUpOverdue,
)
from application.processes.process import Do
from application.sales.mails import (
    MentionedTask,
    OverdueMail,
    SalesLetters,
    TaskMail,
    is_erased,
    person_of,
)
from application.scheduling.mails import History, Mailer, Present
from application.transact import Past
from domain.messages import Value
from domain.sales.tasks import TASKS, Task, to_do
from domain.values import TaskId, UserId
from domain.zones import A_DAY, to_local, to_utc, zone

MORNING: Final = time(8)
LISTED: Final = 20
"""Tasks that a mail names; of the others it says how many there are."""

NOT_TO_BE_DONE: Final = Skipped("it is not to be done, or by nobody")
NOBODY: Final = Skipped("nobody to write to, or about")
NOTHING: Final = Skipped("nothing is overdue")


class OverdueTasks(Value, frozen=True, kw_only=True):
    """Those that are overdue for longest, with their ids, and how many there are, or at least are."""

    tasks: Sequence[tuple[TaskId, Task]]
    total: int
    is_least: bool = False


class Overdue(Protocol):
    """Knows what is overdue, no less than by what the log says at this moment."""

    def __call__(self, tenant: str, user_id: UserId, now: datetime, most: int) -> OverdueTasks:
        """Return what somebody has to do that was due before `now`."""


class TaskMails:
    """Handles the effects that are mails about tasks, and those that lead to them."""

    def __init__(
        self,
        history: History,
        overdue: Overdue,
        letters: SalesLetters,
        mailer: Mailer,
        clock: Clock,
    ) -> None:
        self._history = history
        self._overdue = overdue
        self._letters = letters
        self._mailer = mailer
        self._clock = clock

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {
            SendTaskReminder: self.remind,
            NoticeOverdue: self.notice,
            SumUpOverdue: self.look,
            SendOverdueMail: self.sum_up,
        }

    def remind(self, effect: SendTaskReminder, job: Job) -> Handled:
        """Remind whoever has the task, unless it was moved, done or removed in the last moment."""
        past = self._present(job)
        task = _to_do(effect.task_id, past)
        if task is None or task.assignee_id is None or task.reminded_at != effect.remind_at:
            return NOT_TO_BE_DONE
        reader = reader_of(job.tenant, task.assignee_id, past)
        if reader is None or is_erased(task.client_id, past):
            return NOBODY
        mentioned = _mentioned(effect.task_id, task, past)
        mail = TaskMail(tenant=job.tenant, reader=reader, task=mentioned)
        sent(self._mailer, self._letters.write_reminder(mail), job)
        return None

    def notice(self, effect: NoticeOverdue, job: Job) -> Handled:
        """Have a look taken the next morning at what is overdue for whoever has the task: the next after it
        was so, if nobody has worked since.
        """
        past = self._present(job)
        task = _to_do(effect.task_id, past)
        if task is None or task.assignee_id is None or past.now < task.due_at:
            return NOT_TO_BE_DONE
        reader = reader_of(job.tenant, task.assignee_id, past)
        if reader is None:
            return NOBODY
        day = _today(reader, job.due_at)
        is_over = _morning(day, reader) <= job.due_at
        return Ordered((_look(reader, day + A_DAY if is_over else day),))

    def look(self, effect: SumUpOverdue, job: Job) -> Handled:
        """Have somebody told once, if anything of theirs is overdue, and look again the next morning."""
        past = self._present(job)
        reader = reader_of(job.tenant, effect.user_id, past)
        if reader is None:
            return NOBODY
        if past.now < (morning := _morning(effect.day, reader)):  # they are further west by now
            return Unfinished((morning - past.now).total_seconds())
        if effect.day < (today := _today(reader, past.now)):  # nobody worked on that day
            return Ordered((_look(reader, today),))
        if not self._overdue(job.tenant, effect.user_id, past.now, 1).total:
            return NOTHING
        mail = SendOverdueMail(user_id=effect.user_id, day=effect.day)
        next_look = _look(reader, effect.day + A_DAY)
        return Ordered((Do(mail, about=effect.user_id), next_look))

    def sum_up(self, effect: SendOverdueMail, job: Job) -> Handled:
        """Tell somebody what is overdue, on the day that was meant or not at all."""
        past = self._present(job)
        reader = reader_of(job.tenant, effect.user_id, past)
        if reader is None or effect.day != _today(reader, past.now):
            return NOBODY
        found = self._overdue(job.tenant, effect.user_id, past.now, LISTED)
        if not found.total:
            return NOTHING
        mail = OverdueMail(
            tenant=job.tenant,
            reader=reader,
            tasks=tuple(_mentioned(id_, task, past) for id_, task in found.tasks),
            total=found.total,
            is_least=found.is_least,
        )
        sent(self._mailer, self._letters.write_overdue(mail), job)
        return None

    def _present(self, job: Job) -> Present:
        return Present(self._history, job.tenant, self._clock())


def _to_do(task_id: TaskId, past: Past) -> Task | None:
    return to_do(past.of(TASKS.aggregate, task_id))


def _mentioned(task_id: TaskId, task: Task, past: Past) -> MentionedTask:
    return MentionedTask(
        task_id=task_id,
        due_at=task.due_at,
        priority=task.priority,
        title=task.title,
        notes=task.notes,
        client_id=task.client_id,
        person=person_of(task.client_id, past) if task.client_id else None,
    )


def _look(reader: Reader, day: date) -> Do:
    look = SumUpOverdue(user_id=reader.user_id, day=day)
    return Do(look, about=reader.user_id, at=_morning(day, reader))


def _morning(day: date, reader: Reader) -> datetime:
    return to_utc(datetime.combine(day, MORNING), zone(reader.time_zone))


def _today(reader: Reader, now: datetime) -> date:
    return to_local(now, zone(reader.time_zone)).date()
