"""What a business configures, over HTTP: accounts at providers and the like, one for each key.

What is sent is shown to its provider first. A provider that is away loses nothing: what was typed is kept as
`unchecked`, and what was in force still is until the provider was asked.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path, Response

from api.compat import OldRouter, Product
from api.operations.history import Steps
from api.requests.answers import Listed, Made, Nothing, Row, answers, of
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import After, Body
from api.requests.listing import Listing, one_of, text
from api.requests.values import form_of
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.business.configuration import ProviderAwayError, configured, owner_of
from application.permissions import Permission, PermissionMissing
from application.ports import Answer
from domain.business import configuration
from domain.business.configuration import (
    BY_KEY,
    CONFIGURATION,
    DECLARED,
    ConfigurationNotFound,
    Configure,
    Declaration,
    LetGoOfFormer,
    ProviderRefuses,
    RemoveConfiguration,
    Standing,
    Typed,
    kept_in,
    typed_of,
)
from domain.confidential import SecretNotKept
from projections.business.configuration import CONFIGURATION_ROWS
from projections.paging import Op, Where

WHERE: Final = "/v1/configuration"
OLD: Final = "/admin/config"

Key = Annotated[str, Path(pattern=r"^[a-z][a-z0-9.-]*$", max_length=60, examples=["stripe"])]

MayRead = Annotated[Caller, may(Permission.CONFIGURATION_READ)]
MayWrite = Annotated[Caller, may(Permission.CONFIGURATION_WRITE)]

REFUSED: Final = (*of(configuration), SecretNotKept, PermissionMissing)

LISTING: Final = Listing(
    model=CONFIGURATION_ROWS,
    filters={"name": text, "standing": one_of(Standing)},
    sorts=("name",),
    default_sort="name",
)

router: Final = Router(prefix=WHERE, tags=["configuration"])
old_router: Final = OldRouter(Product.DESK, prefix=OLD, successor=WHERE)


@router.get("")
@answers(Listed(LISTING))
def list_configuration(caller: MayRead) -> Response:
    """List what is configured. Secrets are told apart by their version, and by what they end with."""
    seen = [each.key for each in DECLARED if _sees(caller, each)]
    return LISTING.answer(caller, where=[Where("name", Op.IS, seen)])


@old_router.get("/{key}")
@router.get("/{key}")
@answers(Row(CONFIGURATION_ROWS), refuses=REFUSED)
def get_configuration(key: Key, caller: MayRead) -> Response:
    """Show what is configured under a key, and whether it is in force."""
    return caller.shown(CONFIGURATION_ROWS, _id_of(caller, key))


@router.get("/{key}/history")
@answers(Made(Steps), refuses=REFUSED)
@heavy
def show_configuration_history(key: Key, caller: MayWrite, after: After = 0) -> Response:
    """Show what happened to it `after` a version: when, by whom, from what to what, without secrets."""
    steps = caller.steps(CONFIGURATION_ROWS, _id_of(caller, key), after=after)
    return Response(msgspec.json.encode(steps), media_type=JSON)


@router.delete("/{key}/former", status_code=204)
@answers(Nothing(), refuses=REFUSED)
def let_go_of_former(key: Key, caller: MayWrite) -> Response:
    """Take what was signed with a former secret no longer, such as one that has leaked."""
    id_ = _id_of(caller, key, writing=True)
    return caller.done(caller.order(LetGoOfFormer(key=key), on=id_))


@router.delete("/{key}", status_code=204)
@answers(Nothing(), refuses=REFUSED)
def remove_configuration(key: Key, caller: MayWrite) -> Response:
    """Forget what is configured. Its secrets are gone for good; what is configured next is another."""
    id_ = _id_of(caller, key, writing=True)
    return caller.done(caller.order(RemoveConfiguration(key=key), on=id_))


# --- Configuring --------------------------------------------------------------------------


def add(to: APIRouter, declared: Declaration, form: type[Body], name: str) -> None:
    """Add the route by which something is configured: each has its own form."""

    def configure(body: Any, caller: Any) -> Response:
        return _configured(caller, declared, body)

    configure.__name__ = configure.__qualname__ = name
    configure.__annotations__ = {"body": form, "caller": MayWrite, "return": Response}
    configure.__doc__ = f"{declared.says} The whole of it; a secret that is sent back as it is shown stays as it is."
    route = answers(Row(CONFIGURATION_ROWS), refuses=REFUSED)(heavy(configure))
    to.add_api_route(f"/{declared.key}", route, methods=["PUT"])


def _configured(caller: Caller, declared: Declaration, body: Body) -> Response:
    caller.refuse_outdated()
    if not _changes(caller, declared):
        raise PermissionMissing(permission=Permission.CONFIGURATION_WRITE)
    key = declared.key
    known = caller.ask(lambda past: owner_of(key, past))
    values = typed_of(msgspec.convert(body.model_dump(mode="json"), declared.values))
    command = Configure(
        id=known or new_id(CONFIGURATION.kind),
        key=key,
        values=values,
        verified=_verified(caller, key, values),
        is_checked=caller.backend.tried.can(key),
    )
    answer = caller.order(command, on=command.id, seen=None if known else 0)
    return caller.answered(CONFIGURATION_ROWS, _made(answer) or command.id, answer, 200)


def _verified(caller: Caller, key: str, values: Typed) -> Typed | None:
    """Return what the provider has taken; nothing if it is away. Raises ProviderRefuses."""
    tried, known = caller.backend.tried, caller.ask(lambda past: configured(key, past))
    whole = kept_in(values, known)
    if not tried.can(key) or (whole, Standing.IN_FORCE) == (known.typed, known.standing):
        return None
    try:
        objection = tried(key, whole)
    except ProviderAwayError:
        return None
    if objection is not None:
        raise ProviderRefuses(why=objection)
    return whole


def _made(answer: Answer) -> str | None:
    """Return what was made by the first of several that are the same request."""
    kind = f"{CONFIGURATION.kind}-"
    return next((each.stream for each in answer.recorded if each.stream.startswith(kind)), None)


def _forms() -> Iterator[tuple[Declaration, type[Body]]]:
    for each in DECLARED:
        yield each, form_of(each.values, {}, examples=each.examples)


for _declared, _form in _forms():
    add(router, _declared, _form, f"configure_{_declared.name}")
    add(old_router, _declared, _form, f"configure_{_declared.name}_at_old_path")


# --- Who may ------------------------------------------------------------------------------


def _id_of(caller: Caller, key: str, *, writing: bool = False) -> str:
    """Return the id of what is configured. Raises ConfigurationNotFound, PermissionMissing."""
    declared = BY_KEY.get(key)
    if declared is None:
        raise ConfigurationNotFound
    if not (_changes if writing else _sees)(caller, declared):
        raise PermissionMissing(permission=caller.permission)
    found = caller.ask(lambda past: owner_of(key, past))
    if found is None:
        raise ConfigurationNotFound
    return found


def _changes(caller: Caller, declared: Declaration) -> bool:
    return bool(declared.writers & {*caller.principal.roles})


def _sees(caller: Caller, declared: Declaration) -> bool:
    return _changes(caller, declared) or bool(declared.readers & {*caller.principal.roles})
