"""`python -m infra.mutants --seed 7 --number 60 [--within domain]`: would a test notice?

The first run notes which lines each test runs, some ten minutes on two cores; later runs look again
only at what is something else by now.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from queue import SimpleQueue
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from infra.mutants import report
from infra.mutants.copies import Copy, copies
from infra.mutants.mutation import Mutation, mutations
from infra.mutants.sampling import sample
from infra.mutants.sources import ROOT, sources
from infra.mutants.trace import Map, Notes
from infra.mutants.trial import PATIENCE, Tried, ask, choose, try_out

PLACE: Final = ROOT / ".mutants"
NOT_HERE: Final = "not cluster and not large and not kafka and not generated and not slow"
"""What takes long for its own reasons is not asked about every mistake."""

program = typer.Typer(pretty_exceptions_enable=False)
console = Console(width=None if sys.stdout.isatty() else 200)


@program.command()
def main(
    *,
    seed: Annotated[int, typer.Option(help="Another number, another sample.")] = 1,
    number: Annotated[int, typer.Option(help="How many mistakes are made.")] = 100,
    within: Annotated[str, typer.Option(help="A module or a folder, such as domain.")] = "",
    at_once: Annotated[int, typer.Option(help="How many are tried at once.")] = 2,
) -> None:
    """Make mistakes in a copy of our code, one at a time, and list those that no test notices."""
    paths = list(sources(within=within))
    chosen = sample([each for path in paths for each in _mistakes(path)], number, seed)
    with copies(at_once) as places:
        notes = Notes(PLACE / "map")
        _note(notes, places[0], at_once)
        known = Map(notes)
        _refuse_if_red(places[0], known)
        tried = _try_all(chosen, known, places)
    console.print(report.survivors(tried), report.layers(tried), sep="\n\n")
    sys.exit(not report.is_enough(tried))


def _mistakes(path: str) -> list[Mutation]:
    return mutations(path, (ROOT / path).read_bytes())


def _note(notes: Notes, copy: Copy, at_once: int) -> None:
    """Run the tests of which nothing is known that is still true."""
    if not (missing := notes.missing()):
        return
    notes.folder.mkdir(parents=True, exist_ok=True)
    spread = ("-n", str(at_once), "--dist", "loadfile", f"--note-into={notes.folder}")
    with _progress() as progress, ThreadPoolExecutor(1) as aside:
        bar = progress.add_task("noting which test runs what", total=len(missing))
        log = PLACE / "map.log"
        running = aside.submit(copy.pytest, *spread, "-m", NOT_HERE, *missing, log=log)
        while not running.done():
            progress.update(bar, completed=len(missing) - len(notes.missing()))
            wait([running], timeout=5)
    for module in notes.missing():  # nothing of it is asked here, or it cannot be run
        notes.write(module, {})
    notes.prune()


def _refuse_if_red(copy: Copy, known: Map) -> None:
    """Tests that fail without a mistake would notice every mistake."""
    some = choose(known.seconds, enough=10.0)[::10]
    if ask(copy, some, seconds=10 * PATIENCE) != 0:
        console.print("Some tests fail, or hang, without any mistake: mend those first.", *some)
        sys.exit(2)


def _try_all(chosen: Sequence[Mutation], known: Map, places: Sequence[Copy]) -> list[Tried]:
    free: SimpleQueue[Copy] = SimpleQueue()
    for place in places:
        free.put(place)

    def one(mistake: Mutation) -> Tried:
        copy = free.get()
        try:
            return try_out(mistake, known, copy)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(places)) as pool:
        try:
            return list(_said(pool.map(one, chosen), len(chosen)))
        except BaseException:  # nobody waits for what runs
            for place in places:
                place.stop()
            raise


def _said(results: Iterable[Tried], number: int) -> Iterator[Tried]:
    with _progress() as progress:
        bar = progress.add_task("making mistakes", total=number)
        for each in results:
            where = f"{each.mistake.path}:{each.mistake.line}"
            progress.console.print(
                f"{each.outcome:8} {each.asked:4} {where} {escape(each.mistake.title)}",
                soft_wrap=True,
            )
            progress.advance(bar)
            yield each


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console)


if __name__ == "__main__":
    program()
