"""Long work shows how far it is, to whoever sits at a terminal; what it is about goes elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

Told = Callable[[int, int], None]
"""Is told how much is done, and of how much."""


def console() -> Console:
    """Return where texts and tables go: as wide as the terminal, or as a file needs. What is in them is
    somebody's, and shown as it is: nothing is taken for markup.
    """
    width = None if sys.stdout.isatty() else 240
    return Console(width=width, highlight=False, markup=False)


told: Final = Console(stderr=True, highlight=False, markup=False)


@contextmanager
def progress(what: str) -> Iterator[Told]:
    """Show how far something is, and how long it will take."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=told, disable=not sys.stderr.isatty()) as shown:
        task = shown.add_task(what)
        yield lambda done, total: shown.update(task, completed=done, total=total)
