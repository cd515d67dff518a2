"""For auditors: verify the log, take a tenant's history away, verify what was taken away."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
import typer
from psycopg import Connection

from adapters.event_store import bundle
from adapters.event_store.chain import Finding, Head
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.verify import Report, verify
from adapters.postgres import WORKER
from infra.cli.errors import NoHeadsError
from infra.cli.progress import progress, told
from infra.cli.system import existing, settings_from_environment
from infra.composition import catalogue, database_of

NOT_INTACT: Final = 3


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("verify")(verify_history)
    app.command("export-history")(export_history)


def verify_history(
    file: Annotated[
        Path | None, typer.Argument(help="A bundle; the database when none is named.", exists=True)
    ] = None,
    heads: Annotated[
        Path | None, typer.Option(help="Heads kept by --keep-heads: finds a tail cut off.")
    ] = None,
    keep_heads: Annotated[
        Path | None, typer.Option(help="Write where every tenant's history stands now.")
    ] = None,
) -> None:
    """Verify that no event was altered, removed, inserted or moved, and that all can be read.

    Exit code 3: something is not as it was recorded.
    """
    if file is not None:
        _verify_bundle(file)
        return
    with _looking() as connection, progress("verifying") as how_far:
        report = verify(connection, _stated(heads), how_far, master_keys=_master_keys())
    if keep_heads is not None:
        keep_heads.write_bytes(_kept(report))
    _conclude(report.events, report.findings)


def export_history(
    file: Annotated[Path, typer.Argument(help="Where to; JSON lines.")],
    *,
    tenant: Annotated[UUID, typer.Option(help="Whose history: the id of a tenant.")],
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Write what is personal in clear, too.")
    ] = False,
) -> None:
    """Write a tenant's history to a file that `frontdesk verify FILE` can verify anywhere.

    What is personal stays encrypted unless it is to be revealed; secrets always do.
    """
    shown = bundle.revealing(_master_keys(), catalogue()) if reveal else None
    with _looking() as connection, file.open("wb") as out:
        lines = sum(
            1 for line in bundle.export(connection, str(tenant), reveal=shown) if out.write(line)
        )
    told.print(f"{lines - 1} events of {tenant} in {file}")


@contextmanager
def _looking() -> Iterator[Connection[Any]]:
    """Lend a connection that sees everything."""
    settings = settings_from_environment()
    with existing(settings) as dsn:
        there = database_of(settings, dsn)
        with there.connect(WORKER, "frontdesk history", there.limits.long) as connection:
            yield connection


def _master_keys() -> MasterKeys:
    return MasterKeys(settings_from_environment().master_keys)


def _verify_bundle(file: Path) -> None:
    with file.open("rb") as lines:
        header, findings = bundle.verify_bundle(lines)
    _conclude(header.events, findings)


def _conclude(events: int, findings: list[Finding]) -> None:
    for finding in findings:
        where = "" if finding.position is None else f", position {finding.position}"
        place = f"tenant {finding.tenant}, event {finding.tenant_position}{where}"
        sys.stdout.write(f"{place}: {finding.problem}\n")
    if findings:
        sys.stdout.write(f"{events} events verified: {len(findings)} places are not intact\n")
        raise typer.Exit(NOT_INTACT)
    sys.stdout.write(f"{events} events verified: all intact\n")


def _stated(heads: Path | None) -> dict[str, Head]:
    if heads is None:
        return {}
    try:
        kept = msgspec.json.decode(heads.read_bytes(), type=dict[str, tuple[int, str]])
        found = {tenant: Head(at, bytes.fromhex(digest)) for tenant, (at, digest) in kept.items()}
    except ValueError:
        raise NoHeadsError(heads) from None
    if not found:
        raise NoHeadsError(heads)
    told.print(f"compared with where {len(found)} tenants stood")
    return found


def _kept(report: Report) -> bytes:
    heads = {
        tenant: (head.tenant_position, head.hash.hex()) for tenant, head in report.heads.items()
    }
    return msgspec.json.encode(heads)
