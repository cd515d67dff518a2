"""Announce something about the system to those who work in a business, or in all of them; and take it back."""

import getpass
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final
from uuid import UUID, uuid4, uuid5

import msgspec
import typer
from pydantic import ValidationError

from adapters.event_store.streams import streams_of
from api.requests.values import form_of
from application.ports import About
from application.records import creation
from domain.business.announcements import ANNOUNCEMENTS, Announcement, Importance
from domain.business.tenants import TENANT
from domain.messages import Command
from domain.records import RemoveRecord
from domain.values import FRONTDESK, derived_id
from infra.cli.progress import progress, told
from infra.cli.system import composed
from infra.composition import System

FRENCH: Final = "fr"

FORM: Final = form_of(Announcement, {})
"""What an announcement may hold, whoever makes it."""

Tenant = Annotated[UUID | None, typer.Option(help="To this business only.")]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="To all businesses there are.")]
Key = Annotated[
    str | None, typer.Option(help="What was begun under it goes on, and says nothing twice.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("announce")(announce)
    app.command("withdraw")(withdraw)


def announce(
    title: Annotated[str, typer.Argument(help="In a line.")],
    text: Annotated[str, typer.Argument(help="In 1,000 characters.")],
    *,
    tenant: Tenant = None,
    everywhere: Everywhere = False,
    importance: Annotated[
        Importance, typer.Option(help="How much it is to be seen.")
    ] = Importance.INFO,
    until: Annotated[
        str | None, typer.Option(help="When it is of no use any more (ISO 8601).")
    ] = None,
    french: Annotated[
        tuple[str, str] | None, typer.Option(help="Title and text, for those who read French.")
    ] = None,
    key: Key = None,
) -> None:
    """Announce something about the system to those who work in a business, or in all of them.

    It can be stopped at any time and gone on with by its key: each business is told once.
    """
    announcement = _understood(title, text, importance, until, french)
    key = key or str(uuid4())
    told.print(f"--key {key}")

    def order(system: System, owner: str) -> Command:
        pepper = system.settings.pepper.encode()
        return creation(ANNOUNCEMENTS, _id(key, owner), announcement, tenant=owner, pepper=pepper)

    _order(f"announce/{key}", order, tenant, everywhere=everywhere)


def withdraw(
    key: Annotated[str, typer.Argument(help="As `announce` has said it.")],
    *,
    tenant: Tenant = None,
    everywhere: Everywhere = False,
) -> None:
    """Take an announcement back, where it was made by `announce`."""

    def order(_: System, owner: str) -> Command:
        return RemoveRecord(kind=ANNOUNCEMENTS.one, id=_id(key, owner))

    _order(f"withdraw/{key}", order, tenant, everywhere=everywhere)


def _understood(
    title: str,
    text: str,
    importance: Importance,
    until: str | None,
    french: tuple[str, str] | None,
) -> Announcement:
    said: dict[str, Any] = {
        "title": title,
        "text": text,
        "importance": importance,
        "ends_at": until,
    }
    if french is not None:
        said["translations"] = [{"language": FRENCH, "title": french[0], "text": french[1]}]
    try:
        return msgspec.convert(FORM.model_validate(said).model_dump(), Announcement)
    except ValidationError as error:
        [first, *_] = error.errors()
        raise typer.BadParameter(f"{first['loc'][-1]}: {first['msg']}") from None


def _order(
    what: str,
    order: Callable[[System, str], Command],
    tenant: UUID | None,
    *,
    everywhere: bool,
) -> None:
    """Have it recorded in each business, once."""
    if (tenant is None) is not everywhere:
        raise typer.BadParameter("name a business by --tenant, or say --everywhere")
    with composed() as system:
        owners = _businesses(system, tenant)
        with progress(what.partition("/")[0]) as how_far:
            done = 0
            for number, owner in enumerate(owners, 1):
                done += _is_done(system, owner, what, order(system, owner))
                how_far(number, len(owners))
    sys.stdout.write(f"in {done} of {len(owners)}\n")


def _is_done(system: System, owner: str, what: str, command: Command) -> bool:
    """Have it recorded; return whether there was anything to be taken back, where that is wanted."""
    actor, id_ = f"command-line/{getpass.getuser()}", uuid5(FRONTDESK, f"{what}/{owner}")
    try:
        system.dispatch(command, About(tenant=owner, actor=actor, command_id=id_, retried=True))
    except ANNOUNCEMENTS.not_found:
        return False
    return True


def _businesses(system: System, tenant: UUID | None) -> Sequence[str]:
    with system.database.as_worker() as connection:
        found = streams_of(connection, TENANT.kind, str(tenant) if tenant else None)
    if not found:
        raise typer.BadParameter("there is no such business")
    return [each.tenant for each in found]


def _id(key: str, tenant: str) -> str:
    return derived_id(ANNOUNCEMENTS.one, key, tenant)
