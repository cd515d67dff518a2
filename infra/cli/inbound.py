"""Look after what providers have sent: what waits or is parked; see it, replay it, discard it."""

import sys
from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

import msgspec
import typer
from rich.table import Table

from application.inbound import Receipt, Receipts, ReceiptState
from infra.cli.progress import console, told
from infra.cli.system import composed

MOST: Final = 10_000
AMISS: Final = (ReceiptState.PARKED, ReceiptState.NOT_UNDERSTOOD_YET)
"""What waits for a person, or for another release."""

commands: Final = typer.Typer(no_args_is_help=True, help="Look after what providers have sent.")

Ids = Annotated[list[str] | None, typer.Argument(help="As `frontdesk receipts list` shows them.")]
State = Annotated[ReceiptState | None, typer.Option(help="How far they are.")]
Provider = Annotated[str | None, typer.Option(help="Such as stripe.")]
Tenant = Annotated[UUID | None, typer.Option(help="Of this tenant only.")]
Limit = Annotated[int, typer.Option(min=1, max=MOST)]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(commands, name="receipts")


@commands.command("list")
def list_receipts(
    *,
    state: State = None,
    provider: Provider = None,
    tenant: Tenant = None,
    limit: Limit = 100,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON for each.")] = False,
) -> None:
    """List what providers have sent, by when it came: what is parked or not understood yet, if nothing else
    is asked. Of each no more than the limit.
    """
    with composed() as system:
        found = _found(system.receipts, state, provider, tenant, limit + 1)
    shown = [each for page in found for each in page[:limit]]
    (_write_all if json else _show)(shown)
    if not shown and state is None:
        told.print("Nothing is parked, or not understood yet.")
    if any(len(page) > limit for page in found):
        told.print(f"There are more than {limit} of them: see --limit, or ask for fewer.")


@commands.command("show")
def show_receipt(
    receipt_id: str,
    *,
    content: Annotated[
        bool, typer.Option("--content", help="What was sent. It may speak of people.")
    ] = False,
) -> None:
    """Show of one call how far it is, as JSON; or what was sent, as it came but for secrets."""
    with composed() as system:
        _write(system.receipts.get(None, receipt_id))
        sent = system.receipts.content(receipt_id) if content else None
    if sent is not None:
        out = sys.stdout.buffer
        out.write(f"{sent.method} {sent.url}\n".encode())
        out.writelines(b"%b: %b\n" % header for header in sent.headers)
        out.write(b"\n%b\n" % sent.body)
        out.flush()


@commands.command("replay")
def replay_receipts(
    receipt_ids: Ids = None,
    *,
    state: State = None,
    provider: Provider = None,
    tenant: Tenant = None,
    limit: Limit = 1_000,
) -> None:
    """Let calls be understood again: these, or those that are in a state. What was done is not done twice;
    whatever runs the queue picks them up.
    """
    if bool(receipt_ids) == bool(state):
        raise typer.BadParameter("say which receipts, or in which --state")
    with composed() as system:
        found = _found(system.receipts, state, provider, tenant, limit) if state else []
        ids = receipt_ids or [each.id for page in found for each in page]
        for each in ids:
            _write(system.receipts.replay(None, each))


@commands.command("discard")
def discard_receipts(
    receipt_ids: Annotated[list[str], typer.Argument(help="As the list shows them.")],
) -> None:
    """Discard calls that nobody will understand. They are deleted 30 days later."""
    with composed() as system:
        for each in receipt_ids:
            _write(system.receipts.discard(None, each))


def _found(
    receipts: Receipts,
    state: ReceiptState | None,
    provider: str | None,
    tenant: UUID | None,
    limit: int,
) -> list[Sequence[Receipt]]:
    owner = str(tenant) if tenant else None
    states = AMISS if state is None else (state,)
    return [receipts.find(owner, state=each, provider=provider, limit=limit) for each in states]


def _show(found: Sequence[Receipt]) -> None:
    table = Table("id", "state", "provider", "type", "came", "what came of it", box=None)
    for each in found:
        came = f"{each.received_at:%Y-%m-%d %H:%M:%SZ}"
        row = (each.id, each.state, each.provider, each.type or "", came, each.outcome or "")
        table.add_row(*row)
    console().print(table)


def _write_all(found: Sequence[Receipt]) -> None:
    for each in found:
        _write(each)


def _write(receipt: Receipt) -> None:
    sys.stdout.write(msgspec.json.encode(receipt).decode() + "\n")
    sys.stdout.flush()
