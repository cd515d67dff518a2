"""Tasks about a client."""

from typing import assert_never

from msgspec.structs import replace

from domain.records import Changed, Created, Purged, Removed, Restored
from domain.sales.tasks import Task, TaskCompleted, TaskStatus
from projections.people.client_timeline.entries import EntryKind, TimelineEntry

OfTask = Created[Task] | Changed[Task] | TaskCompleted | Removed | Restored | Purged


def evolve(row: TimelineEntry | None, event: OfTask) -> TimelineEntry | None:
    match event:
        case Created(id=id_, values=task):
            return _as_told(TimelineEntry(id=id_, client_id=None, kind=EntryKind.TASK), task)
        case Changed(values=task):
            return row and _as_told(row, task)
        case TaskCompleted(at=at):
            return row and replace(row, task_status=TaskStatus.DONE, completed_at=at)
        case Removed(at=at):
            return row and replace(row, removed_at=at)
        case Restored():
            return row and replace(row, removed_at=None)
        case Purged():
            return None
        case _:
            assert_never(event)


def _as_told(row: TimelineEntry, task: Task) -> TimelineEntry:
    return replace(
        row,
        client_id=task.client_id,
        text=task.title,
        task_status=task.status,
        due_at=task.due_at,
        completed_at=task.completed_at,
    )
