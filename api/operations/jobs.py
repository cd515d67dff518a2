"""What waits in the queue, what is parked there, and what an operator does about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from fastapi import Response

from api.requests.answers import Made, Paged, answers, of
from api.requests.caller import JSON, Caller
from api.requests.forms import Body
from api.requests.moments import InUtc
from api.requests.pages import page, question
from api.requests.parsing import one_of, text
from api.web.gate import may
from api.web.routing import Router
from application.operations import jobs
from application.operations.jobs import Jobs, JobStatus, QueuedJob
from application.permissions import Permission

MayManage = Annotated[Caller, may(Permission.JOBS_MANAGE)]

router: Final = Router(prefix="/v1/jobs", tags=["jobs"])

FILTERS: Final = {"status": one_of(JobStatus), "kind": text, "about": text}


class JobChange(Body):
    """What is left out stays as it is."""

    payload: dict[str, Any] | None = None
    run_at: InUtc | None = None


@router.get("")
@answers(Paged(QueuedJob, FILTERS), refuses=of(jobs))
def list_jobs(caller: MayManage) -> Response:
    """List what is to be done and what was, by due time: `?status=parked&kind=send-booking-mail`."""
    asked = question(caller, FILTERS)

    def find(after: tuple[datetime, UUID] | None, limit: int) -> Sequence[QueuedJob]:
        return _jobs(caller).find(caller.tenant, after=after, limit=limit, **asked)

    return page(caller, "jobs", find, lambda job: (job.due_at, job.id), tuple[datetime, UUID])


@router.get("/{job_id}")
@answers(Made(QueuedJob), refuses=of(jobs))
def get_job(job_id: UUID, caller: MayManage) -> Response:
    """Show one job: how far it is, what came of it, what went wrong."""
    return _shown(_jobs(caller).get(caller.tenant, job_id))


@router.patch("/{job_id}")
@answers(Made(QueuedJob), refuses=of(jobs), records=False)
def edit_job(job_id: UUID, body: JobChange, caller: MayManage) -> Response:
    """Change what a waiting, parked or uncertain job shall do, or when it is tried next."""
    changed = _jobs(caller).edit(caller.tenant, job_id, payload=body.payload, run_at=body.run_at)
    return _shown(changed)


@router.post("/{job_id}/retry")
@answers(Made(QueuedJob), refuses=of(jobs), records=False)
def retry_job(job_id: UUID, caller: MayManage) -> Response:
    """Try a job that is failing, parked or uncertain again, at once and as if for the first time."""
    return _shown(_jobs(caller).retry(caller.tenant, job_id))


@router.post("/{job_id}/discard")
@answers(Made(QueuedJob), refuses=of(jobs), records=False)
def discard_job(job_id: UUID, caller: MayManage) -> Response:
    """Give a failing or parked job up for good, or call an uncertain one settled."""
    return _shown(_jobs(caller).discard(caller.tenant, job_id))


def _jobs(caller: Caller) -> Jobs:
    return caller.backend.jobs


def _shown(job: QueuedJob) -> Response:
    return Response(msgspec.json.encode(job), media_type=JSON)
