"""Fills an empty database with the demonstration, before anything else runs on it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from adapters.clock import SettableClock
from infra import demo
from infra.composition import database_of, running_system
from infra.settings import Settings

Showing = Callable[[str], AbstractContextManager[demo.Progress]]


def fill_with_demonstration(settings: Settings, dsn: str, showing: Showing) -> None:
    """Make the demonstration, or finish it; nothing where somebody has data of their own."""
    today = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    clock = SettableClock(today, stands=True)
    with database_of(settings, dsn) as database:
        if not demo.is_wanted(database):
            return
    with running_system(settings, dsn, clock=clock, reactions=()) as past:
        with showing("making six weeks of history") as told:
            demo.make(past, clock, today, told)
        past.runner.catch_up()
    with running_system(settings, dsn) as system, showing("booking the weeks ahead") as told:
        demo.make_ahead(system, today, told)
