"""For operators: is it safe to run this release here, and what did another one pass over?"""

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from psycopg import connect

from adapters import releases
from adapters.clock import system_clock
from adapters.jobs.worker import KEEP
from adapters.passed_over import missed, redo
from adapters.processes import ProcessConsumer
from adapters.read_models import difference
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.switch import switch
from application.processes import PROCESSES
from infra import postgres
from infra.cli.system import DATABASE, composed, settings_from_environment
from infra.composition import System, catalogue
from infra.migrate import migrations
from infra.settings import Settings, SettingsError
from projections import READ_MODELS

NOT_SAFE: Final = 3


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("check-release")(check_release)
    app.command("passed-over")(passed_over)


def check_release() -> None:
    """Say whether this release may run on the database, beside what runs there. Nothing is changed.

    To be asked with the new image before an upgrade, and with the old one before going back to it.
    Exit code 3: it is not safe.
    """
    with connect(_address(settings_from_environment()), autocommit=True) as connection:
        names = [each.name for each in migrations()]
        found = list(releases.dangers(connection, catalogue(), names))
    for danger in found:
        sys.stdout.write(danger + "\n")
    if found:
        raise typer.Exit(NOT_SAFE)
    sys.stdout.write("this release may run here\n")


def passed_over(
    *,
    days: Annotated[int, typer.Option(min=1, max=KEEP.days - 1, help="How far to look back.")] = 7,
    redo_it: Annotated[bool, typer.Option("--redo", help="Do what was left out.")] = False,
) -> None:
    """Find what was passed over by a release that could not read it: orders and rows that are missing.

    With `--redo` processes react to it, nothing is done twice, and read models are switched to what
    history says.
    """
    since = datetime.now(UTC) - timedelta(days=days)
    with composed() as system:
        for process in PROCESSES:
            _look_at_process(system, ProcessConsumer(process, system_clock), since, again=redo_it)
        _look_at_rows(system, again=redo_it)


def _look_at_process(
    system: System, process: ProcessConsumer, since: datetime, *, again: bool
) -> None:
    with system.database.as_worker() as connection:
        for found in missed(connection, system.reader, process, since):
            past, kinds = found.past, ", ".join(found.kinds)
            line = f"{process.name}: {past.type} of {past.stream} at {past.position}: {kinds}"
            sys.stdout.write(line + "\n")
        if again:
            redo(connection, system.reader, process, since)


def _look_at_rows(system: System, *, again: bool) -> None:
    rebuilder = Rebuilder(database=system.database, reader=system.reader)
    for model in READ_MODELS:
        rebuilder.rebuild(model, anew=True)
        found = difference.compare(rebuilder, model)
        if not (found.added or found.changed or found.removed):
            rebuilder.discard(model)
            continue
        counts = f"{found.added} added, {found.changed} changed, {found.removed} removed"
        sys.stdout.write(f"{model.name}: {counts}\n")
        if again:
            switch(rebuilder, model)
        else:
            rebuilder.discard(model)


def _address(settings: Settings) -> str:
    if settings.database_url:
        return settings.database_url
    if server := postgres.attached(settings.data_dir / "postgres"):
        return server.dsn(DATABASE)
    message = "DATABASE_URL: set the address of the PostgreSQL that is to be looked at"
    raise SettingsError(message)
