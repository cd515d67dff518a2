"""Look after the queue: what waits, what fails, is parked or uncertain; edit, retry, discard."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
import typer
from rich.table import Table

from application.operations.jobs import JobStatus, QueuedJob
from infra.cli.progress import console, told
from infra.cli.system import composed
from infra.composition import System

MOST: Final = 1_000
AMISS: Final = (JobStatus.PARKED, JobStatus.UNCERTAIN, JobStatus.FAILING)
"""What waits for a person, or may do so soon."""

jobs: Final = typer.Typer(no_args_is_help=True, help="Look after the queue of what is to be done.")

Ids = Annotated[list[UUID], typer.Argument(help="As `frontdesk jobs list` shows them.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(jobs, name="jobs")


@jobs.command("list")
def list_jobs(
    *,
    status: Annotated[JobStatus | None, typer.Option(help="How far they are.")] = None,
    kind: Annotated[str | None, typer.Option(help="Such as send-booking-mail.")] = None,
    about: Annotated[str | None, typer.Option(help="What they concern: an id.")] = None,
    tenant: Annotated[UUID | None, typer.Option(help="Of this tenant only.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST)] = 100,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON for each.")] = False,
) -> None:
    """List jobs by due time: those that are parked, uncertain or failing, if nothing else is asked;
    of each no more than the limit.
    """
    owner = str(tenant) if tenant else None
    with composed() as system:
        pages = [
            system.jobs.find(owner, status=each, kind=kind, about=about, limit=limit + 1)
            for each in (AMISS if status is None else (status,))
        ]
        waiting = None if status or any(pages) else _waiting(system)
    (_write_all if json else _show)([job for page in pages for job in page[:limit]])
    if waiting is not None:
        told.print(f"Nothing is parked, uncertain or failing; {waiting} wait: see --status todo.")
    if any(len(page) > limit for page in pages):
        told.print(f"There are more than {limit} of them: see --limit, or ask for fewer.")


@jobs.command("show")
def show_job(job_id: UUID) -> None:
    """Show everything about one job, as JSON."""
    with composed() as system:
        _write(system.jobs.get(None, job_id))


@jobs.command("edit")
def edit_job(
    job_id: UUID,
    *,
    payload: Annotated[str | None, typer.Option(help="What it shall do instead: JSON.")] = None,
    at: Annotated[str | None, typer.Option(help="When to try it: 2027-01-05T10:00:00Z.")] = None,
) -> None:
    """Change what a waiting, parked or uncertain job shall do, or when it is tried next."""
    order, run_at = _parsed(payload), _instant(at)
    with composed() as system:
        _write(system.jobs.edit(None, job_id, payload=order, run_at=run_at))


@jobs.command("retry")
def retry_jobs(job_ids: Ids) -> None:
    """Try jobs that are failing, parked or uncertain again; whatever runs the queue picks them up.

    A mail keeps its Message-ID: who was sent it before can tell.
    """
    with composed() as system:
        for job_id in job_ids:
            _write(system.jobs.retry(None, job_id))


@jobs.command("discard")
def discard_jobs(job_ids: Ids) -> None:
    """Give failing or parked jobs up for good, or call uncertain ones settled."""
    with composed() as system:
        for job_id in job_ids:
            _write(system.jobs.discard(None, job_id))


def _waiting(system: System) -> int:
    depths = system.jobs.depths()
    return depths["due"] + depths["waiting"]


def _show(found: Sequence[QueuedJob]) -> None:
    last = "what went wrong, or what came of it"
    table = Table("id", "status", "kind", "about", "due", "attempts", last, box=None)
    for job in found:
        said = job.last_error or job.outcome or ""
        due = f"{job.due_at:%Y-%m-%d %H:%M:%SZ}"
        table.add_row(str(job.id), job.status, job.kind, job.about, due, str(job.attempts), said)
    console().print(table)


def _write_all(found: Sequence[QueuedJob]) -> None:
    for job in found:
        _write(job)


def _write(job: QueuedJob) -> None:
    sys.stdout.write(msgspec.json.encode(job).decode() + "\n")


def _parsed(payload: str | None) -> dict[str, Any] | None:
    try:
        return None if payload is None else msgspec.json.decode(payload, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise typer.BadParameter(f"--payload: {error}") from None


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"--at: {error}") from None
    if instant.tzinfo is None:
        raise typer.BadParameter("--at: say in which zone, as in 2027-01-05T10:00:00Z")
    return instant
