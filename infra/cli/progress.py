"""Long work shows how far it is, to whoever sits at a terminal; what it is about goes elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

Told = Callable[[int, int], None]
"""Is told how much is done, and of how much."""

told: Final = Console(stderr=True, highlight=False)


@contextmanager
def progress(what: str) -> Iterator[Told]:
    """Show how far something is, and how long it will take."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=told, disable=not sys.stderr.isatty()) as shown:
        task = shown.add_task(what)
        yield lambda done, total: shown.update(task, completed=done, total=total)
