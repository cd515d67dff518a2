"""A task about a lead is done: that counts for the lead, recorded with it, however it was said."""

from collections.abc import Mapping
from typing import Any, Final

from application import records
from application.sales import leads
from application.transact import Changes, Past, UseCase, step_by_step
from domain.messages import Command
from domain.records import ChangeRecord, Record
from domain.sales.tasks import TASKS, CompleteTask, Task, TaskStatus
from domain.values import kind_of


def counting(carry_out: UseCase[Any]) -> UseCase[Any]:
    """Return the same use case of a record, with what follows from a task that is done by it."""

    def carried_out(command: Any, past: Past) -> Changes:
        if kind_of(command.id) != TASKS.one:
            return carry_out(command, past)
        before = past.of(TASKS.aggregate, command.id)
        return step_by_step(
            past,
            lambda here: carry_out(command, here),
            lambda here: _counted(command.id, before, here),
        )

    return carried_out


def _counted(task_id: str, before: Record[Task], past: Past) -> Changes:
    task = past.of(TASKS.aggregate, task_id).values
    if task is None or task.lead_id is None or _is_done(before.values) or not _is_done(task):
        return {}
    return leads.looked_after(task.lead_id, task_id, past)


def _is_done(task: Task | None) -> bool:
    return task is not None and task.status is TaskStatus.DONE


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    order: counting(records.USE_CASES[order]) for order in (ChangeRecord, CompleteTask)
}
