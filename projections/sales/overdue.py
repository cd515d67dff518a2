"""What has somebody to do that was due before now? The longest overdue first."""

from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from domain.sales.tasks import TASKS, TaskStatus
from domain.values import UserId
from projections.paging import NumberedPage, Op, Sort, Where, Within, numbered_page
from projections.records import RECORDS

TASKS_ROWS: Final = RECORDS[TASKS.one]
OPEN: Final = (Where("active", Op.IS, [True]), Where("status", Op.IS, [TaskStatus.OPEN]))


def overdue(
    connection: Connection[Any], tenant: str, user_id: UserId, *, now: datetime, most: int
) -> NumberedPage:
    """Return so many of them at most, and how many there are."""
    theirs = (Where("assignee_id", Op.IS, [user_id]), Where("due_at", Op.BELOW, now))
    return numbered_page(
        connection,
        TASKS_ROWS,
        tenant,
        within=Within(),
        where=(*OPEN, *theirs),
        sort=Sort("due_at"),
        offset=0,
        limit=most,
    )
