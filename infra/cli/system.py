"""How commands get at a system: settings from the environment, a database, everything composed."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Final, TypeVar

from adapters.postgres import DatabaseUnavailableError
from adapters.trouble import Trouble
from infra import postgres
from infra.cli.errors import NoDatabaseError, reason
from infra.composition import System, running_system
from infra.migrate import migrate
from infra.settings import Settings, read_settings

DATABASE: Final = "frontdesk"

AGAIN: Final = 1.0
"""Seconds after which PostgreSQL is tried again that could not be reached at the start."""

T = TypeVar("T")

Meanwhile = Callable[[], AbstractContextManager[object]]


def settings_from_environment() -> Settings:
    """Read the settings; a `.env` file beside stands in for what is not in the environment."""
    return read_settings(environment())


def environment() -> dict[str, str]:
    """Return the environment, as a child of ours would need it to read the same settings."""
    return {**_dotenv(Path(".env")), **os.environ}


@contextmanager
def database(settings: Settings, on_death: Callable[[], None] | None = None) -> Iterator[str]:
    """Return the address of a migrated database: the operator's own, or an embedded server's.

    Where `frontdesk up` runs already, its server is used.
    """
    if settings.database_url:
        migrate(settings.database_url)
        yield settings.database_url
        return
    data = settings.data_dir / "postgres"
    if on_death is None and (server := postgres.attached(data)):
        yield server.dsn(DATABASE)
        return
    with postgres.running(data, on_death=on_death) as server:
        postgres.ensure_database(server, DATABASE)
        migrate(server.dsn(DATABASE))
        yield server.dsn(DATABASE)


@contextmanager
def existing(settings: Settings) -> Iterator[str]:
    """Return the address of a database that is there. Raises NoDatabaseError."""
    data = settings.data_dir / "postgres"
    if not settings.database_url and not (data / "PG_VERSION").exists():
        raise NoDatabaseError(data)
    with database(settings) as dsn:
        yield dsn


@contextmanager
def composed(settings: Settings | None = None) -> Iterator[System]:
    """Compose the system for one command; nothing runs by itself."""
    settings = settings or settings_from_environment()
    with existing(settings) as dsn, running_system(settings, dsn) as system:
        yield system


@contextmanager
def lasting(settings: Settings, meanwhile: Meanwhile = nullcontext) -> Iterator[System]:
    """Compose the system for a process that lasts, as soon as PostgreSQL is there; what is done
    meanwhile is done only if it is not.
    """
    with (
        waited_for(lambda: database(settings), meanwhile) as dsn,
        waited_for(lambda: joined(settings, dsn), meanwhile) as system,
    ):
        yield system


@contextmanager
def waited_for(
    what: Callable[[], AbstractContextManager[T]], meanwhile: Meanwhile = nullcontext
) -> Iterator[T]:
    """Enter what needs PostgreSQL as soon as that can be reached and has the time for it."""
    away = Trouble("PostgreSQL cannot be reached: waiting for it", "PostgreSQL can be reached")
    with ExitStack() as stack:
        if (entered := _entered(stack, what, away)) is None:
            with meanwhile():
                while (entered := _entered(stack, what, away)) is None:
                    time.sleep(AGAIN)
        away.end()
        yield entered


def _entered(
    stack: ExitStack, what: Callable[[], AbstractContextManager[T]], away: Trouble
) -> T | None:
    try:
        return stack.enter_context(what())
    except DatabaseUnavailableError as error:
        away.begin(reason(error))
        return None


@contextmanager
def joined(settings: Settings, dsn: str) -> Iterator[System]:
    """Compose the system for a process that answers or works until it is told to stop, as one of
    many: others run commands beside the only one, too.
    """
    with running_system(settings, dsn) as system:
        system.join_others()
        yield system


def _dotenv(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
