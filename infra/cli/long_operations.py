"""Look after long work, of all businesses: how far it is, what came of it; follow it, cancel it."""

import getpass
import sys
from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

import msgspec
import typer
from rich.table import Table
from uuid_utils import uuid7

from application.operations.long_operations import (
    KnownOperation,
    NewOperation,
    OperationState,
)
from infra.cli.progress import console, progress, told
from infra.cli.system import composed
from infra.composition import System

MOST: Final = 1_000
AGAIN: Final = 0.5
"""Seconds after which it is looked again how far something is."""

operations: Final = typer.Typer(no_args_is_help=True, help="Look after long work.")

Id = Annotated[str, typer.Argument(help="As `frontdesk operations list` shows it.")]
Tenant = Annotated[UUID | None, typer.Option(help="Of this tenant only.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(operations, name="operations")


@operations.command("list")
def list_operations(
    *,
    tenant: Tenant = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST)] = 100,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON for each.")] = False,
) -> None:
    """List long work, the newest first: who wanted it, how far it is, what came of it."""
    with composed() as system:
        found = system.long_operations.find(_of(tenant), None, limit=limit)
    if json:
        sys.stdout.writelines(_line(each) for each in found)
    else:
        _show(found)


@operations.command("show")
def show_operation(operation_id: Id) -> None:
    """Show everything about one operation, as JSON."""
    with composed() as system:
        sys.stdout.write(_line(system.long_operations.get(None, None, operation_id)))


@operations.command("follow")
def follow_operation(operation_id: Id) -> None:
    """Show how far an operation is until it is over; Ctrl-C leaves it to itself."""
    with composed() as system:
        follow(system, operation_id)


@operations.command("cancel")
def cancel_operation(operation_id: Id) -> None:
    """Cancel an operation, at once or at its next step; what it has done until then stays."""
    with composed() as system:
        known = system.long_operations.cancel(None, None, operation_id, by_whom())
        sys.stdout.write(_line(known))


def begin(system: System, new: NewOperation) -> KnownOperation | None:
    """Start an operation, for whoever works to carry out, and follow it. Return what became of it, as
    `follow` does.
    """
    started = system.long_operations.start(new)
    told.print(f"{started.operation.id}: `frontdesk work` or a worker carries it out")
    return follow(system, started.operation.id)


def follow(system: System, operation_id: str) -> KnownOperation | None:
    """Show how far it is until it is over, and return what became of it; None for whoever leaves it to
    itself. Raises Exit where it came to nothing.
    """
    known = system.long_operations.get(None, None, operation_id)
    try:
        with progress(f"{known.kind} {known.about}") as how_far:
            while not known.state.is_over:
                how_far(known.done, known.total)
                system.advanced.wait(system.advanced.rings, AGAIN)
                known = system.long_operations.get(None, None, operation_id)
            how_far(known.done, known.total)
    except KeyboardInterrupt:
        told.print(f"It goes on: `frontdesk operations follow {operation_id}`")
        return None
    sys.stdout.write(_line(known))
    if known.state is not OperationState.DONE:
        raise typer.Exit(1)
    return known


def by_whom() -> str:
    """Return the name by which the caller is known to this machine."""
    return f"command-line/{getpass.getuser()}"


def new_id() -> UUID:
    """Return an id for an operation that was not wanted before."""
    return UUID(int=uuid7().int)


def _of(tenant: UUID | None) -> str | None:
    return None if tenant is None else str(tenant)


def _line(known: KnownOperation) -> str:
    return msgspec.json.encode(known).decode() + "\n"


def _show(found: Sequence[KnownOperation]) -> None:
    table = Table("id", "kind", "about", "state", "done", "left", "by", "why it failed", box=None)
    for each in found:
        left = "" if each.seconds_left is None else f"{each.seconds_left} s"
        done = f"{each.done}/{each.total}"
        table.add_row(
            *(each.id, each.kind, each.about, each.state, done, left, each.started_by),
            each.problem or "",
        )
    console().print(table)
