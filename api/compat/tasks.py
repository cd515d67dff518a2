"""The salon's paths of what happens in the background.

Nobody has to ask for reminders here: each confirmed booking orders its own. Whoever asks is told
how many bookings that are.
"""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from api.compat import OldRouter, Product
from api.operations import jobs
from api.requests.answers import Made, answers
from api.requests.caller import JSON
from api.requests.forms import Body
from api.requests.moments import InUtc
from api.scheduling import bookings
from api.web.turns import heavy
from application.operations.jobs import JobNotFound, JobStatus, QueuedJob
from domain.scheduling.bookings import BookingStatus
from projections.paging import Op, Sort, Where, numbered_page
from projections.scheduling.bookings import BOOKINGS

STATUS: Final = {
    JobStatus.TODO: "queued",
    JobStatus.FAILING: "queued",
    JobStatus.RUNNING: "running",
    JobStatus.DONE: "done",
    JobStatus.PARKED: "failed",
    JobStatus.UNCERTAIN: "failed",
    JobStatus.WITHDRAWN: "done",
    JobStatus.DISCARDED: "failed",
}
CONFIRMED: Final = Where("status", Op.IS, [BookingStatus.CONFIRMED])

tasks: Final = OldRouter(Product.BEAUTY, prefix="/tasks", successor="/v1/jobs")


class RangeBody(Body):
    """Appointments that begin from one instant on, and before another."""

    first: Annotated[InUtc, Field(alias="from")]
    last: Annotated[InUtc, Field(alias="to")]


class TaskProgress(msgspec.Struct):
    task_id: UUID
    status: str
    attempts: int
    error: str | None


class Count(msgspec.Struct):
    count: int


@tasks.get("/status/{job_id}")
@answers(Made(TaskProgress), refuses=(JobNotFound,))
def show_task_status(job_id: UUID, caller: jobs.MayManage) -> Response:
    """Show how far something is that was to be done."""
    job = msgspec.json.decode(jobs.get_job(job_id, caller).body, type=QueuedJob)
    task = TaskProgress(
        task_id=job.id,
        status=STATUS[job.status],
        attempts=job.attempts,
        error=job.last_error,
    )
    return Response(msgspec.json.encode(task), media_type=JSON)


@tasks.post("/schedule-reminders", status_code=202)
@answers(Made(Count), records=False)
@heavy
def schedule_reminders(body: RangeBody, caller: bookings.MayWrite) -> Response:
    """See to it that clients are reminded of what is confirmed: they are anyway. Give the count."""
    begins = [
        Where("starts_at", Op.AT_LEAST, max(body.first, caller.now)),
        Where("starts_at", Op.BELOW, body.last),
    ]
    with caller.asking(BOOKINGS) as (connection, within):
        found = numbered_page(
            connection,
            BOOKINGS,
            caller.tenant,
            within=within,
            where=[CONFIRMED, *begins],
            sort=Sort("starts_at"),
            offset=0,
            limit=0,
        )
    return Response(msgspec.json.encode({"count": found.total}), 202, media_type=JSON)


ROUTERS: Final[tuple[APIRouter, ...]] = (tasks,)
