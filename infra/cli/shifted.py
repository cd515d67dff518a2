"""After an upgrade of the zone data: which bookings are at another time on the wall now?"""

import sys
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
import typer
from rich.table import Table

from adapters.read_models import shifted
from domain.zones import tzdata_version
from infra.cli.progress import console
from infra.cli.system import composed

INSTANT: Final = ["%Y-%m-%dT%H:%M:%SZ"]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("shifted-bookings")(list_shifted_bookings)


def list_shifted_bookings(
    *,
    after: Annotated[
        datetime | None, typer.Option(formats=INSTANT, help="Which begin then or later; from now.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON for each.")] = False,
) -> None:
    """List bookings ahead at whose beginning the clock will not read what was agreed.

    It happens when a country changes its rules: run this after each upgrade of tzdata.
    """
    with composed() as system:
        system.runner.catch_up()
        since = after.replace(tzinfo=UTC) if after else system.clock()
        with system.database.as_worker() as connection:
            found = list(shifted.shifted(connection, since))
    if json:
        sys.stdout.writelines(f"{msgspec.json.encode(each).decode()}\n" for each in found)
    else:
        _show(found)


def _show(found: list[shifted.Shifted]) -> None:
    table = Table("tenant", "booking", "begins", "agreed", "reads now", "time zone", box=None)
    for each in found:
        times = (f"{at:%Y-%m-%d %H:%M}" for at in (each.starts_at, each.agreed, each.reads))
        table.add_row(each.tenant, each.id, *times, each.time_zone)
    shown = console()
    shown.print(table)
    shown.print(f"{len(found)} shifted, by tzdata {tzdata_version()}")
