"""Bring in what others have recorded."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from application.operations.long_operations import IMPORT_BOOKINGS, NewOperation
from infra.cli import long_operations
from infra.cli.importing import leads
from infra.cli.progress import told
from infra.cli.system import composed
from infra.composition import System
from infra.imports.bookings import (
    TIME_ZONE,
    WEEK,
    Attempt,
    BookingImport,
    Counts,
    Invalid,
    read,
    tenant_of,
    weeks_ahead,
)
from infra.imports.bookings_in_steps import Given
from infra.imports.file_addresses import Moved, NotUnderstood
from infra.imports.file_addresses import read as read_addresses

INTERRUPTED: Final = 130

MOST: Final = 20_000
"""Attempts that a worker is given at once: some megabytes, kept until they are booked."""

imports: Final = typer.Typer(no_args_is_help=True, help="Bring in what others have recorded.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    leads.add_to(imports)
    app.add_typer(imports, name="import")


@imports.command("bookings")
def bookings(
    file: Annotated[Path, typer.Argument(help="JSON lines: dialogue_id, calls.", exists=True)],
    *,
    json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
    background: Annotated[
        bool, typer.Option("--background", help="Let a worker do it, and follow it.")
    ] = False,
) -> None:
    """Book every attempt of a file of conversations, into a tenant of its own.

    What overlaps a booking that is there is refused. A second run books nothing; one that was
    stopped with Ctrl-C is finished by running it again.
    """
    with file.open("rb") as lines:
        found = list(read(lines))
    attempts = [each for each in found if isinstance(each, Attempt)]
    counts = Counts(attempts=len(attempts), invalid=len(found) - len(attempts))
    for each in found:
        if isinstance(each, Invalid):
            told.print(f"{file}:{each.line}: {each.problem}")
    if background:
        _follow(file.name, attempts)
        return
    with composed() as system:
        finished = not attempts or _book(system, file.name, attempts, counts)
        system.runner.catch_up()
    _report(counts, file, json=json, finished=finished)


def _follow(name: str, attempts: list[Attempt]) -> None:
    """Let a worker book them. Raises BadParameter where they are too many to be kept beside the log."""
    if not 0 < len(attempts) <= MOST:
        raise typer.BadParameter(f"--background: from one to {MOST} attempts")
    tenant = tenant_of(name)
    with composed() as system:
        began = _began(system, tenant) or datetime.now(UTC)
        weeks = weeks_ahead(attempts, began) // WEEK
        new = NewOperation(
            id=long_operations.new_id(),
            tenant=tenant,
            kind=IMPORT_BOOKINGS,
            about=name,
            given=msgspec.to_builtins(Given(attempts, TIME_ZONE, weeks)),
            started_by=long_operations.by_whom(),
        )
        long_operations.begin(system, new)


@imports.command("file-addresses")
def file_addresses(
    file: Annotated[
        Path, typer.Argument(help="CSV: old address, tenant, file.", exists=True, dir_okay=False)
    ],
) -> None:
    """Lead from where files were in an older product's storage to where they are.

    A second run changes nothing; a line that is not understood is told, and the others are taken.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        found = list(read_addresses(lines))
    for each in found:
        if isinstance(each, NotUnderstood):
            told.print(f"{file}:{each.line}: {each.problem}")
    with composed() as system:
        new = system.ledger.move(each for each in found if isinstance(each, Moved))
    told.print(f"{new} old addresses lead to files now")


def _book(system: System, name: str, attempts: list[Attempt], counts: Counts) -> bool:
    """Book them; False when interrupted."""
    tenant = tenant_of(name)
    began = _began(system, tenant) or datetime.now(UTC)
    work = BookingImport(system.dispatch, tenant, weeks_ahead(attempts, began))
    try:
        work.open()
        with _progress() as progress:
            for attempt in progress.track(attempts, description="booking"):
                outcome = work.book(attempt)
                setattr(counts, outcome, getattr(counts, outcome) + 1)
    except KeyboardInterrupt:
        return False
    return True


def _began(system: System, tenant: str) -> datetime | None:
    """Return when this import was first run: its dates were moved as seen from then."""
    with system.database.as_tenant(tenant) as connection:
        row = connection.execute(
            "SELECT recorded_at FROM log.events WHERE tenant_id = %s AND tenant_position = 1",
            (tenant,),
        ).fetchone()
    return row[0] if row else None


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=told,
        disable=not sys.stderr.isatty(),
    )


def _report(counts: Counts, file: Path, *, json: bool, finished: bool) -> None:
    if json:
        sys.stdout.write(msgspec.json.encode(counts).decode() + "\n")
    else:
        told.print(f"{counts.booked} booked, {counts.refused} refused as taken, ", end="")
        told.print(f"{counts.already_there} already there, {counts.invalid} lines not understood")
        told.print(f"tenant {tenant_of(file.name)}")
    if not finished:
        told.print("Interrupted: run it again to finish.")
        raise typer.Exit(INTERRUPTED)
