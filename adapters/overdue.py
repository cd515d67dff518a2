"""`application.sales.task_mails.Overdue`, by the table of tasks as it is once it has seen all of the log."""

from datetime import datetime
from typing import Any, Final

import msgspec

from adapters.event_store.reader import head
from adapters.postgres import Database
from adapters.read_models.answers import Answers
from application.sales.task_mails import OverdueTasks
from domain.sales.tasks import Task
from domain.values import TaskId, UserId
from projections.sales.overdue import TASKS_ROWS, overdue

ROW: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(TASKS_ROWS.row)


class OverdueInTable:
    """Asks for what is overdue; whoever is to be told of it is told of what fell due this second, too."""

    def __init__(self, database: Database, answers: Answers) -> None:
        self._database = database
        self._answers = answers

    def __call__(self, tenant: str, user_id: UserId, now: datetime, most: int) -> OverdueTasks:
        """Return what somebody has to do that was due before `now`. Raises ProjectionBehind, ProjectionParked."""
        with self._database.as_worker() as connection:
            reached = head(connection)
        with self._answers.asking(tenant, [TASKS_ROWS], at_least=reached) as connection:
            page = overdue(connection, tenant, user_id, now=now, most=most)
        rows = [ROW.decode(document) for document in page.documents]
        tasks = [(TaskId(row.id), _task(row)) for row in rows]
        return OverdueTasks(tasks=tasks, total=page.total, is_least=page.is_least)


def _task(row: Any) -> Task:
    return Task(**{name: getattr(row, name) for name in Task.__struct_fields__})
