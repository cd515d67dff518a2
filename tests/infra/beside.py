"""Commands that are run on a test's database, and a system by the same clock beside them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner, Result

from adapters.clock import SettableClock
from infra.cli import app
from infra.composition import running_system
from infra.settings import Settings
from tests.running import Running

Command = Callable[..., Result]


def command(name: str, dsn: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return what runs `frontdesk <name> …`."""
    monkeypatch.setenv("DATABASE_URL", dsn)
    monkeypatch.setenv("FRONTDESK_MODE", "test")
    return lambda *arguments: CliRunner().invoke(app, [name, *arguments])


@contextmanager
def running_beside(settings: Settings, dsn: str) -> Iterator[Running]:
    """Run a system by the same clock as the command's."""
    with running_system(settings, dsn) as system:
        assert isinstance(system.clock, SettableClock)
        with Running.of(system, system.clock) as running:
            yield running
