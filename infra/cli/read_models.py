"""For operators: rebuild a read model, see what it would change, switch and switch back."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from adapters.clock import system_clock
from adapters.consumers.processes import ProcessConsumer
from adapters.read_models import difference, parked
from adapters.read_models import rebuild as rebuilding
from adapters.read_models.consumer import ReadModelConsumer
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.switch import switch, switch_back
from application.operations.long_operations import NOBODYS, REBUILD_READ_MODEL, NewOperation
from application.processes import PROCESSES
from infra.cli import long_operations
from infra.cli.errors import UnknownReadModelError
from infra.cli.progress import console, told
from infra.cli.system import composed
from projections import READ_MODELS
from projections.read_model import ReadModel

parked_app: Final = typer.Typer(no_args_is_help=True, help="What was set aside because it failed.")
shown: Final = console()

Name = Annotated[str, typer.Argument(help="The read model; `frontdesk read-models` lists them.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("rebuild")(rebuild)
    app.command("read-models")(list_read_models)
    app.add_typer(parked_app, name="parked")


def rebuild(
    name: Name,
    *,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what would change; no switch.")
    ] = False,
    back: Annotated[bool, typer.Option("--back", help="Undo the last switch.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Not going on with what was begun.")] = False,
    background: Annotated[
        bool, typer.Option("--background", help="Let a worker do it, and follow it.")
    ] = False,
) -> None:
    """Rebuild a read model from the whole log beside the live one, then switch to it.

    Questions are answered all the while. Stopped or killed, the next call goes on from there.
    """
    model = _named(name)
    if background and (diff or back):
        raise typer.BadParameter("--background: a worker rebuilds and switches, nothing else")
    with composed() as system:
        rebuilder = system.rebuilder
        if background:
            long_operations.begin(system, _as_operation(name, anew=anew))
            return
        if back:
            switched = switch_back(rebuilder, model)
            shown.print(f"{name} is as before the last switch, at position {switched.position}")
            return
        _build(rebuilder, model, anew=anew)
        if diff:
            _show(difference.compare(rebuilder, model))
            return
        switched = switch(rebuilder, model)
    shown.print(f"{name} was switched at position {switched.position}; `--back` undoes it")


def list_read_models() -> None:
    """List the consumers of the log: how far each is, how far behind, what it has set aside."""
    table = Table("consumer", "version", "position", "behind", "seconds", "parked", box=None)
    with composed() as system, system.database.as_worker() as connection:
        for each in parked.status(connection):
            table.add_row(
                each.consumer,
                str(each.version or ""),
                str(each.position),
                str(each.lag_events),
                f"{each.lag_seconds:.1f}",
                str(each.parked),
            )
    shown.print(table)


@parked_app.command("list")
def list_parked() -> None:
    """List the keys that were set aside: where and why each failed."""
    with composed() as system, system.database.as_worker() as connection:
        found = list(parked.everything_parked(connection))
        for each in found:
            line = f"{each.consumer} {each.tenant} {each.key} at {each.position}: {each.error}"
            sys.stdout.write(line + "\n")
    if not found:
        told.print("Nothing is set aside.")


@parked_app.command("retry")
def retry_parked(consumer: str, tenant: UUID, key: str) -> None:
    """Let a key take part again, from where it failed. What failed for good reason fails again."""
    with composed() as system, system.database.as_worker() as connection:
        failure = parked.retry(connection, system.reader, _consumer(consumer), str(tenant), key)
    if failure is not None:
        told.print(f"it failed again: {failure.error}")
        raise typer.Exit(1)
    shown.print("it takes part again")


def _named(name: str) -> ReadModel:
    for model in READ_MODELS:
        if model.name == name:
            return model
    raise UnknownReadModelError(name)


def _as_operation(name: str, *, anew: bool) -> NewOperation:
    """Return a rebuild that nobody's business is but everybody's."""
    return NewOperation(
        id=long_operations.new_id(),
        tenant=NOBODYS,
        kind=REBUILD_READ_MODEL,
        about=name,
        given={"anew": anew},
        started_by=long_operations.by_whom(),
    )


def _consumer(name: str) -> ReadModelConsumer | ProcessConsumer:
    for process in PROCESSES:
        if process.name == name:
            return ProcessConsumer(process, system_clock)
    return ReadModelConsumer(_named(name))


def _build(rebuilder: Rebuilder, model: ReadModel, *, anew: bool) -> None:
    with _progress(model.name) as tell:
        built = rebuilder.rebuild(model, anew=anew, tell=tell)
    told.print(f"{built.events} events in {built.seconds:.1f} s, up to position {built.position}")


def _show(found: difference.Comparison) -> None:
    shown.print(f"{found.added} added, {found.changed} changed, {found.removed} removed")
    for each in found.examples:
        shown.print(f"{each.kind} {each.tenant} {each.key}")
        for field, change in each.fields.items():
            shown.print(f"  {field}: {change.before!r} → {change.after!r}")
        for cause in each.causes:
            shown.print(f"  by {cause.type} at {cause.position}")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[rebuilding.Progress], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=told, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(what)

        def tell(how_far: rebuilding.Progress) -> None:
            rate = f"{what}  {how_far.per_second:,.0f} events/s, {how_far.remaining:.0f} s left"
            progress.update(task, completed=how_far.done, total=how_far.total, description=rate)

        yield tell
