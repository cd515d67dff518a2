"""What was removed is kept for a while: for how long, what goes then, and what stays for others."""

import getpass
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Final
from uuid import UUID

import msgspec
import typer
from rich.table import Table
from uuid_utils import uuid7

from adapters.event_store.glance import Asking
from adapters.read_models.removed import removed
from application.operations.retention import Fate, fate, policies
from application.ports import About
from domain.records import PurgeRecord
from infra.cli.progress import console, told
from infra.cli.system import composed
from infra.composition import System

INSTANT: Final = ["%Y-%m-%dT%H:%M:%SZ"]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("purge")(purge)


def purge(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would do.")] = False,
    at: Annotated[
        datetime | None, typer.Option(formats=INSTANT, help="What it would do then; now.")
    ] = None,
    tenant: Annotated[UUID | None, typer.Option(help="Of this tenant only.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON for each.")] = False,
) -> None:
    """Purge records, of every kind, that can be restored no more; what others refer to stays.

    That happens by itself. Here one sees what will go when, and for how long each kind is kept.
    """
    if at is not None and not dry_run:
        raise typer.BadParameter("--at: nothing can be purged before its time; add --dry-run")
    with composed() as system:
        system.runner.catch_up()
        due = _due(system, at.replace(tzinfo=UTC) if at else system.clock(), tenant)
        for owner, each in due if not dry_run else ():
            _purge(system, owner, each)
    (_write if json else _show)(due)
    if not dry_run:
        told.print("done")


def _due(system: System, at: datetime, tenant: UUID | None) -> Sequence[tuple[str, Fate]]:
    """Return what can be restored no more at a time, each with its tenant, the first that is due first."""
    with system.database.as_worker() as connection:
        known = list(removed(connection, str(tenant) if tenant else None))
    asking = Asking(system.store, system.clock)
    fates = ((owner, asking(owner, partial(fate, id_))) for owner, id_ in known)
    due = [(owner, each) for owner, each in fates if each is not None and each.due_at < at]
    return sorted(due, key=lambda found: found[1].due_at)


def _purge(system: System, tenant: str, due: Fate) -> None:
    actor = f"command-line/{getpass.getuser()}"
    about = About(tenant=tenant, actor=actor, command_id=UUID(int=uuid7().int))
    system.dispatch(PurgeRecord(kind=due.kind, id=due.id), about)


def _write(due: Iterable[tuple[str, Fate]]) -> None:
    for tenant, each in due:
        line = {"tenant": tenant, **msgspec.to_builtins(each), "stays": each.stays}
        sys.stdout.write(msgspec.json.encode(line).decode() + "\n")


def _show(due: Sequence[tuple[str, Fate]]) -> None:
    table = Table(
        "tenant", "record", "removed", "can be restored until", "what becomes of it", box=None
    )
    for tenant, each in due:
        times = (f"{time:%Y-%m-%d %H:%M:%SZ}" for time in (each.removed_at, each.due_at))
        table.add_row(tenant, each.id, *times, each.says)
    kept = Table("kind", "kept after removal", "gone for good", "stay for others", box=None)
    for policy in policies(each for _, each in due):
        kept.add_row(policy.kind, f"{policy.days} days", str(policy.gone), str(policy.stay))
    shown = console()
    shown.print(table)
    shown.print(kept)
