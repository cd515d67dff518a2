"""What is shown and kept: the machine, a table, bench.json."""

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
import psycopg
from rich.table import Table

from infra.bench.figures import Entry, cpu_us, entry, figure, latencies_ms, ratios
from infra.bench.race import Entrant, Rounds, Work
from infra.servers.postgres import Server

BENCH_JSON: Final = Path("bench.json")
SUFFIX: Final[Mapping[str, str]] = {
    "per second": "/s",
    "ms": "ms",
    "p95 ms": "ms at p95",
    "CPU µs": "µs",
}


def entries(work: Work, rounds: Rounds) -> list[Entry]:
    """One beside each rival."""
    ours = rounds[work.ours.name]
    return [
        entry(work.key, work.unit, ours, rival.name, rounds[rival.name]) for rival in work.rivals
    ]


def keep(measured: Sequence[Entry], path: Path = BENCH_JSON) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=2) + b"\n")


def machine(server: Server) -> str:
    """Absolute figures mean nothing without it."""
    with psycopg.connect(server.dsn("postgres")) as connection:
        version = connection.info.parameter_status("server_version")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()}"
        f" {platform.release()}; Python {platform.python_version()}; PostgreSQL {version}"
    )


def _processor() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()


def table(measured: Sequence[tuple[Work, Rounds]]) -> Table:
    made = Table(title="frontdesk beside its rivals", title_justify="left")
    made.add_column("Work")
    made.add_column("Who")
    for heading in ("Figure", "Ours to theirs", "CPU µs each", "p50 ms", "p99 ms"):
        made.add_column(heading, justify="right")
    for work, rounds in measured:
        _add(made, work, rounds)
    return made


def _add(made: Table, work: Work, rounds: Rounds) -> None:
    """A line for each; the rivals' with the ratio, and how far it went from pair to pair."""
    for place, entrant in enumerate(work.entrants):
        theirs = rounds[entrant.name]
        made.add_row(
            work.title if place == 0 else "",
            entrant.name,
            f"{_short(figure(theirs, work.unit))} {SUFFIX[work.unit]}",
            _ratio(work, rounds, entrant),
            _short(cpu_us(theirs)),
            *map(_short, latencies_ms(theirs) or ()),
        )
    made.add_section()


def _ratio(work: Work, rounds: Rounds, rival: Entrant) -> str:
    if rival is work.ours:
        return ""
    pairs = ratios(rounds[work.ours.name], rounds[rival.name], work.unit)
    return f"{_short(median(pairs))} ({_short(min(pairs))} … {_short(max(pairs))})"


def _short(number: float) -> str:
    """Three digits, and no exponents."""
    return f"{number:,.0f}" if number >= 100 else f"{number:#.3g}"
