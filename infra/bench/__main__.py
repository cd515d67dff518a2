"""Measure frontdesk beside its rivals: `python -m infra.bench [--quick] [append_16 …]`.

All work on the same PostgreSQL, with fsync, in alternating rounds. At the end a table is printed
and bench.json written; the figures of one machine hold for that machine.
"""

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from infra.bench import report
from infra.bench.contender import ContenderFailed
from infra.bench.efforts import FULL, QUICK
from infra.bench.race import Field, Rounds, Work, contenders, race
from infra.bench.works import works
from infra.servers import postgres
from infra.servers.kafka import can_run_kafka

PLACE: Final = Path(".frontdesk/bench")
DURABLE: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

program = typer.Typer(pretty_exceptions_enable=False)
console = Console(width=None if sys.stdout.isatty() else 130)


@program.command()
def main(
    names: Annotated[list[str] | None, typer.Argument(metavar="WORK…")] = None,
    *,
    quick: Annotated[bool, typer.Option(help="Short rounds: under two minutes.")] = False,
) -> None:
    """Measure frontdesk beside its rivals."""
    effort = QUICK if quick else FULL
    chosen = _possible(_chosen(works(effort), names or []))
    try:
        with _server() as server, Field(server) as field:
            console.print(report.machine(server), "\n")
            _measure(chosen, field, effort.rounds)
    except ContenderFailed as failure:
        console.print(failure, markup=False)
        sys.exit(1)


def _chosen(all_of_them: Sequence[Work], names: Sequence[str]) -> list[Work]:
    known = [work.key for work in all_of_them]
    if unknown := set(names) - set(known):
        raise typer.BadParameter(f"{', '.join(unknown)}: choose from {', '.join(known)}")
    return [work for work in all_of_them if not names or work.key in names]


def _possible(chosen: Sequence[Work]) -> list[Work]:
    """Leave out what needs a Kafka that cannot run here, and say so."""
    if (reason := can_run_kafka()) and any(work.needs_kafka for work in chosen):
        console.print(f"Left out what goes by way of Kafka. {reason}", markup=False)
    return [work for work in chosen if not (reason and work.needs_kafka)]


@contextmanager
def _server() -> Iterator[postgres.Server]:
    """On the disk of the checkout: a directory for temporary files may lie in memory."""
    shutil.rmtree(PLACE, ignore_errors=True)
    with ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, PLACE, ignore_errors=True)
        with postgres.running(PLACE / "data", settings=DURABLE) as server:
            at_the_end.callback(shutil.rmtree, server.data)
            yield server


def _measure(chosen: Sequence[Work], field: Field, rounds: int) -> None:
    """Whatever ends it, what has been measured until then is shown and kept."""
    measured: list[tuple[Work, Rounds]] = []
    try:
        with _progress() as progress:
            steps = sum(len(work.entrants) for work in chosen) * (rounds + 1)
            task = progress.add_task("", total=steps)
            for place, work in enumerate(chosen, 1):
                progress.update(task, description=work.title)
                run = race(work, field, rounds=rounds, tick=lambda: progress.advance(task))
                measured.append((work, run))
                for contender in contenders([work]) - contenders(chosen[place:]):
                    field.stop(contender)
    finally:
        if measured:
            console.print(report.table(measured))
            report.keep([entry for each in measured for entry in report.entries(*each)])


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("elapsed,"),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=console,
    )


if __name__ == "__main__":
    program()
