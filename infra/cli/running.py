"""Start it: `up` for everything in one process, `serve` and `work` for its halves."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from infra import demo
from infra.cli.filling import fill_with_demonstration
from infra.cli.progress import console
from infra.cli.system import (
    database,
    heed_sigterm,
    joined,
    lasting,
    settings_from_environment,
    waited_for,
)
from infra.composition import application, connections
from infra.demo_shops import SHOPS
from infra.processes.logs import configure_logs
from infra.processes.memory import keep_what_is_there
from infra.processes.serving import listen, refusing_all, serve
from infra.settings import Mode, Settings

Port = Annotated[int | None, typer.Option(help="Instead of PORT from the environment.")]
Inherited = Annotated[
    int | None,
    typer.Option(help="The number of an open socket on which to listen, too, as others do."),
]

GIVES_WAY: Final = 10
"""How nice `frontdesk work` is to whoever answers requests on the same machine: what it does may
come milliseconds later, and costs less the more has gathered."""

say = console()


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(up)
    app.command("serve")(serve_api)
    app.command()(work)
    app.command("migrate")(migrate_database)


def up(port: Port = None) -> None:
    """Run everything: PostgreSQL (unless DATABASE_URL names one), the API, read models, mails.

    The first time it makes a database and fills it with a demonstration; Ctrl-C stops it all.
    """
    settings = _settings(port)
    heed_sigterm()
    listener = listen(settings.host, settings.port)
    refusing = partial(refusing_all, listener, connections(settings))
    address = settings.public_url or f"http://{settings.host}:{listener.getsockname()[1]}"
    began = time.monotonic()
    say_at_once("connecting to PostgreSQL …" if settings.database_url else "starting PostgreSQL …")
    with waited_for(lambda: database(settings, on_death=_database_died), refusing) as dsn:
        if settings.mode is Mode.DEMO:
            fill_with_demonstration(settings, dsn, _progress)
        with waited_for(lambda: joined(settings, dsn), refusing) as system:
            system.work()
            serve(
                application(system),
                listener,
                ready=lambda: _welcome(settings, address, began),
                connected=connections(settings),
            )
    say_at_once("stopped")


def serve_api(port: Port = None, inherit: Inherited = None) -> None:
    """Answer HTTP only; `frontdesk work` keeps read models and sends mails elsewhere."""
    settings = _settings(port)
    listener = listen(settings.host, settings.port)
    with lasting(settings, partial(refusing_all, listener, connections(settings))) as system:
        where = listener.getsockname()[1]
        shared = [] if inherit is None else [socket.socket(fileno=inherit)]
        said = f"listening on {where}"
        serve(
            application(system),
            listener,
            *shared,
            ready=lambda: say_begun(said),
            connected=connections(settings),
        )


def work() -> None:
    """Keep read models, let processes react, carry out what is due; without HTTP."""
    os.nice(GIVES_WAY)
    settings = _settings(None)
    with lasting(settings) as system:
        system.work()
        say_begun("working")
        _until_told_to_stop()


def migrate_database() -> None:
    """Bring the database's own tables up to date. Read models need none of it."""
    with database(_settings(None)):
        say_at_once("up to date")


def _settings(port: int | None) -> Settings:
    settings = settings_from_environment()
    configure_logs(settings.log_level)
    return settings if port is None else settings.model_copy(update={"port": port})


def say_at_once(text: str) -> None:
    """Print at once, also into a pipe: whoever started us may be waiting for this line."""
    say.print(text, soft_wrap=True)
    sys.stdout.flush()


def say_begun(text: str) -> None:
    """Say that this process is of use from now on: what it has made until then is there to stay."""
    keep_what_is_there()
    say_at_once(text)


def _welcome(settings: Settings, address: str, began: float) -> None:
    say_begun(f"ready in {time.monotonic() - began:.1f} s")
    say_at_once(f"  API    {address}/v1")
    say_at_once(f"  docs   {address}/docs")
    if settings.mode is Mode.DEMO:
        for shop in SHOPS:
            say_at_once(f"  login  {shop.email}  {demo.PASSWORD}  ({shop.name}, {shop.time_zone})")
        say_at_once(
            f"  login  {demo.OPERATOR}  {demo.PASSWORD}  (looks after jobs and read models)"
        )


@contextmanager
def _progress(what: str) -> Iterator[demo.Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=say, disable=not sys.stdout.isatty()) as progress:
        task = progress.add_task(what)
        yield lambda done, total: progress.update(task, completed=done + 1, total=total)


def _database_died() -> None:
    say_at_once(
        "PostgreSQL has ended; stopping. Start again: nothing that was acknowledged is lost."
    )
    os.kill(os.getpid(), signal.SIGTERM)


def _until_told_to_stop() -> None:
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    while not told.wait(3600):
        pass
