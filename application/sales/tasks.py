"""What comes after a task that repeats: made with what completes it, in one append."""

from msgspec.structs import replace

from application.business.members import present
from application.people.people import survivor
from application.transact import Past
from domain.people.clients import CLIENT
from domain.records import CreateRecord, Record
from domain.sales.tasks import TASKS, Task, TaskStatus, next_of, successor_of


def next_task(
    task_id: str, before: Record[Task], after: Record[Task], past: Past
) -> CreateRecord | None:
    """Return the order to make the next task, if this one was completed and there is to be another: one,
    however often it is completed. Nothing is done again for somebody who was erased.
    """
    if after.values is None or not (_is(before, TaskStatus.OPEN) and _is(after, TaskStatus.DONE)):
        return None
    task, successor = next_of(after.values, past.now), successor_of(task_id)
    if task is None or _was_there(past.of(TASKS.aggregate, successor)) or _is_erased(task, past):
        return None
    return CreateRecord(kind=TASKS.one, id=successor, values=_as_of_now(task, past))


def _is(record: Record[Task], status: TaskStatus) -> bool:
    return record.active and record.values is not None and record.values.status is status


def _was_there(record: Record[Task]) -> bool:
    return record.values is not None or record.gone


def _is_erased(task: Task, past: Past) -> bool:
    if task.client_id is None:
        return False
    return past.of(CLIENT, survivor(past, task.client_id)).erased


def _as_of_now(task: Task, past: Past) -> Task:
    """Return it without who works here no longer, and about who stands for its client by now."""
    client_id = task.client_id and survivor(past, task.client_id)
    return replace(task, assignee_id=present(task.assignee_id, past), client_id=client_id)
