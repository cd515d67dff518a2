"""Run it as in production, on this machine: `cluster`, with a table of how everything is."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.live import Live
from rich.table import Table

from infra.cli.filling import fill_with_demonstration
from infra.cli.running import Port, say, say_at_once
from infra.cli.system import environment
from infra.demo import Progress
from infra.migrate import migrate
from infra.processes.cluster import Cluster, running_cluster
from infra.processes.logs import configure_logs
from infra.processes.serving import listen
from infra.processes.supervision import MemberReport
from infra.settings import Mode, Settings, read_settings

Json = Annotated[bool, typer.Option("--json", help="One line of JSON each time all are ready.")]
Empty = Annotated[bool, typer.Option("--empty", help="Without the demonstration.")]

EVERY: Final = 0.5
"""Seconds from one look at them to the next."""

Show = Callable[[Cluster, list[MemberReport]], Any]


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(cluster)


def cluster(port: Port = None, json: Json = False, empty: Empty = False) -> None:  # noqa: FBT002
    """Run it as in production: PostgreSQL, Kafka and Redis of its own, and two of each process.

    Who dies is started again; Ctrl-C stops it all, and a second one does not wait. Data are in
    `cluster` of DATA_DIR.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = _settings(port)
    listener = listen(settings.host, settings.port)
    running = Cluster(settings.data_dir.absolute() / "cluster", listener, environment())
    try:
        _say(json, "starting PostgreSQL, Kafka and Redis …")
        with running_cluster(running, lambda dsn: _prepare(settings, dsn, json=json, empty=empty)):
            _watch(running, json=json)
    except KeyboardInterrupt:
        _say(json, "stopped")


def _settings(port: int | None) -> Settings:
    """Its database is its own, so that none need be named."""
    settings = read_settings({**environment(), "DATABASE_URL": "postgresql://its.own"})
    configure_logs(settings.log_level)
    return settings if port is None else settings.model_copy(update={"port": port})


def _prepare(settings: Settings, dsn: str, *, json: bool, empty: bool) -> None:
    migrate(dsn)
    if settings.mode is Mode.DEMO and not empty:
        fill_with_demonstration(settings, dsn, lambda what: _progress(what, json=json))
    _say(json, "starting two of each: relays, workers, API processes …")


@contextmanager
def _progress(what: str, *, json: bool) -> Iterator[Progress]:
    _say(json, f"{what} …")
    yield lambda _done, _total: None


def _say(json: bool, text: str) -> None:  # noqa: FBT001
    if not json:
        say_at_once(text)


def _watch(cluster: Cluster, *, json: bool) -> None:
    """Show how they are, until interrupted."""
    if sys.stdout.isatty() and not json:
        with Live(console=say, auto_refresh=False) as live:
            _look(cluster, lambda *seen: live.update(_table(*seen), refresh=True))
    else:
        _look(cluster, _once_all_are_ready(_print_json if json else _print_table))


def _look(cluster: Cluster, show: Show) -> None:
    while True:
        show(cluster, cluster.reports())
        time.sleep(EVERY)


def _once_all_are_ready(show: Show) -> Show:
    """Show them when all are ready, and again when somebody has died and all are ready again."""
    shown: list[int | None] = []

    def show_if_new(cluster: Cluster, reports: list[MemberReport]) -> None:
        pids = [report.pid for report in reports]
        if all(report.healthy for report in reports) and pids != shown:
            shown[:] = pids
            show(cluster, reports)

    return show_if_new


def _print_table(cluster: Cluster, reports: list[MemberReport]) -> None:
    say.print(_table(cluster, reports))
    sys.stdout.flush()


def _print_json(cluster: Cluster, reports: list[MemberReport]) -> None:
    document = {"pid": os.getpid(), "port": cluster.port, "members": reports}
    print(msgspec.json.encode(document).decode(), flush=True)


def _table(cluster: Cluster, reports: list[MemberReport]) -> Table:
    host = cluster.listener.getsockname()[0]
    table = Table(title=f"http://{host}:{cluster.port}/v1", title_justify="left")
    for heading in ("", "doing", "port", "process", "for", "restarts"):
        table.add_column(heading, justify="left" if heading in {"", "doing"} else "right")
    for each in reports:
        colour = "green" if each.healthy else "red"
        age = f"{each.seconds:.0f} s"
        cells = (f"[{colour}]{each.doing}", str(each.port), str(each.pid or ""), age)
        table.add_row(each.name, *cells, str(each.restarts))
    return table
