"""How commands get at a system: settings from the environment, a database, everything composed."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import structlog

from adapters.event_store.glance import Asking
from adapters.postgres import DatabaseUnavailableError
from domain.business.tenants import TENANT, stream_of
from domain.values import TenantId
from infra.cli.errors import NoBusinessError, NoDatabaseError, reason
from infra.composition import System, running_system
from infra.migrate import migrate
from infra.servers import postgres
from infra.settings import Settings, read_settings

DATABASE: Final = "frontdesk"

AGAIN: Final = 1.0
"""Seconds after which PostgreSQL is tried again that could not be reached at the start."""

log = structlog.get_logger()

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


def of_business(system: System, tenant: UUID) -> str:
    """Return the id of a business that there is. Raises NoBusinessError."""
    id_ = TenantId(str(tenant))
    ask = Asking(system.store, system.clock)
    if ask(id_, lambda past: past.of(TENANT, stream_of(id_))).business is None:
        raise NoBusinessError(id_)
    return id_


def heed_sigterm() -> None:
    """End when told to, from now on: the first process of a container does not by itself."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())


@contextmanager
def lasting(settings: Settings, meanwhile: Meanwhile = nullcontext) -> Iterator[System]:
    """Compose the system for a process that lasts, as soon as PostgreSQL is there; what is done
    meanwhile is done only if it is not.
    """
    heed_sigterm()
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
    with ExitStack() as stack:
        attempts = _attempts(stack, what)
        if (entered := next(attempts)) is None:
            with meanwhile():
                while (entered := next(attempts)) is None:
                    time.sleep(AGAIN)
            log.info("PostgreSQL can be reached")
        yield entered


def _attempts(
    stack: ExitStack, what: Callable[[], AbstractContextManager[T]]
) -> Iterator[T | None]:
    """Try to enter it, again and again, and say why not each time that the reason is another."""
    said = None
    while True:
        try:
            yield stack.enter_context(what())
        except DatabaseUnavailableError as error:
            if (why := reason(error)) != said:
                log.warning("PostgreSQL cannot be reached: waiting for it", error=why)
            said = why
            yield None


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
