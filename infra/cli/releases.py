"""For operators: is it safe to run this release here, and what did another one pass over?"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from psycopg import connect

from adapters.clock import system_clock
from adapters.consumers.passed_over import missed, redo
from adapters.consumers.processes import ProcessConsumer
from adapters.jobs.worker import KEEP
from adapters.keys import Key
from adapters.read_models import difference
from adapters.read_models.rebuild import Rebuilder, RebuildUnderWay
from adapters.read_models.switch import KeysSetAside, switch
from adapters.running import releases
from application.processes import PROCESSES
from infra.cli.system import DATABASE, composed, settings_from_environment
from infra.composition import System, catalogue
from infra.migrate import migrations
from infra.servers import postgres
from infra.settings import Settings, SettingsError
from projections import READ_MODELS
from projections.read_model import ReadModel

NOT_SAFE: Final = 3
WITHOUT_KEY: Final = "left out: set aside, or under a master key that is not known here"


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
        found = sum(
            _look_at_process(system, ProcessConsumer(process, system_clock), since, again=redo_it)
            for process in PROCESSES
        )
        found += _look_at_rows(system, again=redo_it)
    so = "done now" if redo_it else "missing: `--redo` does what was left out"
    sys.stdout.write(f"{found} {so}\n" if found else "nothing is missing\n")


def _look_at_process(
    system: System, process: ProcessConsumer, since: datetime, *, again: bool
) -> int:
    """Name the events to which a process should have reacted; return how many they are."""
    left_out, events = set[Key](), 0
    with system.database.as_worker() as connection:
        for found in missed(connection, system.reader, process, since, left_out):
            past, kinds = found.past, ", ".join(found.kinds)
            line = f"{process.name}: {past.type} of {past.stream} at {past.position}: {kinds}"
            sys.stdout.write(line + "\n")
            events += 1
        if again:
            redo(connection, system.reader, process, since)
    if left_out:
        sys.stdout.write(f"{process.name}: {len(left_out)} streams {WITHOUT_KEY}\n")
    return events


def _look_at_rows(system: System, *, again: bool) -> int:
    """Name the read models that history says otherwise; return in how many rows they do."""
    rebuilder, rows = Rebuilder(database=system.database, reader=system.reader), 0
    for model in READ_MODELS:
        with _built(rebuilder, model):
            found = difference.compare(rebuilder, model)
            if found.set_aside:
                sys.stdout.write(f"{model.name}: {found.set_aside} keys {WITHOUT_KEY}\n")
            if found.added or found.changed or found.removed:
                counts = f"{found.added} added, {found.changed} changed, {found.removed} removed"
                sys.stdout.write(f"{model.name}: {counts}\n")
                if not again or _is_put_right(rebuilder, model):
                    rows += found.added + found.changed + found.removed
    return rows


@contextmanager
def _built(rebuilder: Rebuilder, model: ReadModel) -> Iterator[None]:
    """Build a read model beside the live one; whatever happens, nothing is left of it in the end,
    unless it was switched to.
    """
    try:
        rebuilder.rebuild(model, anew=True)
        yield
    finally:
        with suppress(RebuildUnderWay):
            rebuilder.discard(model)


def _is_put_right(rebuilder: Rebuilder, model: ReadModel) -> bool:
    """Switch, but to no table that lacks what the live one has; return whether that was done."""
    try:
        switch(rebuilder, model, whatever_is_parked=False)
    except KeysSetAside:
        told = (
            f"more keys would be set aside; `frontdesk rebuild {model.name}` does so all the same"
        )
        sys.stdout.write(f"{model.name}: not switched, for {told}\n")
        return False
    return True


def _address(settings: Settings) -> str:
    if settings.database_url:
        return settings.database_url
    if server := postgres.attached(settings.data_dir / "postgres"):
        return server.dsn(DATABASE)
    message = "DATABASE_URL: set the address of the PostgreSQL that is to be looked at"
    raise SettingsError(message)
