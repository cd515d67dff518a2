"""Whom the business knows: what names people, made anew."""

import getpass
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

import msgspec
import typer
from rich.table import Table
from uuid_utils import uuid7

from adapters.event_store.glance import Asking
from adapters.event_store.streams import streams_of
from application.people.claiming import Anew, Collision, named_anew
from application.ports import About
from domain.countries import COUNTRIES
from domain.people.clients import CLIENT, NameAnew
from domain.values import ClientId, TenantId
from infra.cli.progress import console, progress, told
from infra.cli.system import composed
from infra.composition import System


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("claim-identities")(claim_identities)


def claim_identities(
    *,
    tenant: Annotated[UUID | None, typer.Option(help="Of this tenant only.")] = None,
    was: Annotated[
        str | None,
        typer.Option(
            help="Numbers that were read as ones of this country (ISO 3166) are also claimed as what they"
            " would be where the business is."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would do.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON for each.")] = False,
) -> None:
    """Claim what names each client by the rules of this release and the country of the business.

    What is somebody else's is listed, and nobody is merged. It can be stopped at any time, and begun
    again: what is done is not done twice.
    """
    if was is not None and was not in COUNTRIES:
        raise typer.BadParameter("--was: a country of ISO 3166, such as FR")
    with composed() as system:
        named = list(_named(system, str(tenant) if tenant else None, was, claim=not dry_run))
    (_write if json else _show)(
        [(owner, each) for owner, anew in named for each in anew.collisions]
    )
    changed = sum(anew.is_changed for _, anew in named)
    told.print(f"{changed} clients {'would be' if dry_run else 'were'} named anew")


def _named(
    system: System, tenant: str | None, was: str | None, *, claim: bool
) -> Iterator[tuple[str, Anew]]:
    """Look at all clients, and let each claim what is theirs. Return whatever is not as it was."""
    pepper = system.settings.pepper.encode()
    with system.database.as_worker() as connection:
        clients = streams_of(connection, CLIENT.kind, tenant)
    asking = Asking(system.store, system.clock)
    with progress("clients") as how_far:
        for done, (owner, id_) in enumerate(clients, start=1):
            how_far(done, len(clients))
            question = partial(
                named_anew, ClientId(id_), tenant=TenantId(owner), pepper=pepper, was=was
            )
            anew = asking(owner, question)
            if anew is not None and anew.is_changed and claim:
                _claim(system, owner, NameAnew(client_id=ClientId(id_), identities=anew.identities))
            if anew is not None and (anew.is_changed or anew.collisions):
                yield owner, anew


def _claim(system: System, tenant: str, order: NameAnew) -> None:
    actor = f"command-line/{getpass.getuser()}"
    system.dispatch(order, About(tenant=tenant, actor=actor, command_id=UUID(int=uuid7().int)))


def _write(found: Sequence[tuple[str, Collision]]) -> None:
    for tenant, each in found:
        line = {"tenant": tenant, **msgspec.to_builtins(each)}
        sys.stdout.write(msgspec.json.encode(line).decode() + "\n")


def _show(found: Sequence[tuple[str, Collision]]) -> None:
    table = Table("tenant", "client", "is named by the", "of", box=None)
    for tenant, each in found:
        table.add_row(tenant, each.client_id, each.kind, each.owner)
    console().print(table)
