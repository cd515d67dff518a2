"""Bring in leads from a file, as `POST /v1/imports` does."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import msgspec
import typer

from adapters.event_store.glance import Asking
from api.sales.imports import MOST_BYTES, preview_of
from application.business.tenants import country_of, zone_of
from application.operations.long_operations import (
    IMPORT_LEADS,
    KnownOperation,
    NewOperation,
)
from application.sales.imports.columns import IGNORED, Field
from application.sales.imports.dates import Dates
from application.sales.imports.preview import previewed
from application.sales.imports.rows import Here
from application.sales.imports.sending import (
    CHANNEL,
    DAILY,
    MOST_DAILY,
    Business,
    Given,
    Sheet,
    Wishes,
    given_of,
    sheet_of,
)
from application.sales.imports.taking_in import Outcome
from domain.values import TenantId
from infra.cli import long_operations
from infra.cli.progress import told
from infra.cli.system import composed, of_business
from infra.composition import System
from projections.business.users import USERS, members_by_address

SOME_REFUSED: Final = 3

TOO_LARGE: Final = f"FILE: {MOST_BYTES // 1_000_000} MB at most; import it in parts"


def add_to(imports: typer.Typer) -> None:
    """Add the command."""
    imports.command("leads")(import_leads)


def import_leads(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines.", exists=True, dir_okay=False)],
    *,
    tenant: Annotated[UUID, typer.Option(help="The business whose leads they are.")],
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would be.")] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", help=f"A column and its field, or {IGNORED!r}: 'Mail pro=email'."),
    ] = None,
    dates: Annotated[Dates | None, typer.Option(help="What comes first in 03/04/2027.")] = None,
    channel: Annotated[str, typer.Option(help="Whose ids `external_id` are.")] = CHANNEL,
    tasks: Annotated[bool, typer.Option("--tasks", help="Have somebody turn to each.")] = False,
    daily_limit: Annotated[int, typer.Option(min=1, max=MOST_DAILY, help="Tasks a day.")] = DAILY,
    refused: Annotated[
        Path | None, typer.Option(help="Where to write the rows that were refused, and why.")
    ] = None,
    background: Annotated[
        bool, typer.Option("--background", help="Leave it to a worker, and follow it.")
    ] = False,
) -> None:
    """Take in leads from a file, in one operation; nobody is told. The same file again adds nothing.

    Ends with one line of JSON, as `frontdesk operations show` has it; with code 3 where rows were refused,
    and 1 where it came to nothing. Ctrl-C leaves it to a worker, or to the next run.
    """
    if file.stat().st_size > MOST_BYTES:
        raise typer.BadParameter(TOO_LARGE)
    wishes = Wishes(
        mapping=_mapping(columns or []),
        dates=dates,
        channel=channel,
        tasks=tasks,
        daily_limit=daily_limit,
    )
    with composed() as system:
        whose = of_business(system, tenant)
        sheet, given = _read(system, whose, file.read_bytes(), wishes)
        if preview:
            _show(system, whose, sheet, given)
            return
        if not background:
            lanes = ("operations",)
            system.beside("operations", partial(system.worker.run, lanes=lanes))
        known = long_operations.begin(system, _new(whose, sheet, given))
        if known is None:
            return
        system.runner.catch_up()
        _report(system, whose, known, refused)


def _mapping(columns: list[str]) -> dict[str, str]:
    pairs = [each.rpartition("=") for each in columns]
    if any(field not in {IGNORED, *Field} for _, _, field in pairs):
        raise typer.BadParameter(f"--column: NAME=FIELD, of {', '.join([*Field, IGNORED])}")
    return {name: field for name, _, field in pairs}


def _read(system: System, tenant: str, content: bytes, wishes: Wishes) -> tuple[Sheet, Given]:
    ask, id_ = Asking(system.store, system.clock), TenantId(tenant)
    business = Business(
        ask(tenant, lambda past: country_of(id_, past)) or system.settings.default_region,
        ask(tenant, lambda past: zone_of(id_, past)),
        system.clock(),
    )
    sheet = sheet_of(content, wishes, business)
    with system.answers.asking(tenant, [USERS]) as connection:
        members = members_by_address(connection, tenant, sheet.members)
    return sheet, given_of(sheet, wishes, business, members, "en")


def _show(system: System, tenant: str, sheet: Sheet, given: Given) -> None:
    here = Here(TenantId(tenant), system.settings.pepper.encode(), given.members)
    ask = Asking(system.store, system.clock)
    found = ask(tenant, lambda past: previewed(sheet, given, here, past))
    sys.stdout.write(msgspec.json.encode(preview_of(given, found)).decode() + "\n")


def _new(tenant: str, sheet: Sheet, given: Given) -> NewOperation:
    return NewOperation(
        id=long_operations.new_id(),
        tenant=tenant,
        kind=IMPORT_LEADS,
        about="leads",
        given=msgspec.to_builtins(given),
        started_by=long_operations.by_whom(),
        sent=[*sheet.parts],
    )


def _report(system: System, tenant: str, known: KnownOperation, refused: Path | None) -> None:
    """Say what became of the rows, and write down those that were refused. Raises Exit."""
    counts = known.result or {}
    told.print(", ".join(f"{counts[each]} {each.replace('_', ' ')}" for each in Outcome))
    if not counts[Outcome.REFUSED]:
        return
    if refused is not None:
        refused.touch(mode=0o600)
        with refused.open("wb") as there:
            number = 0
            while part := system.long_operations.part(tenant, known.id, number):
                there.write(part)
                number += 1
    raise typer.Exit(SOME_REFUSED)
