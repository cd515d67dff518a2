"""What a business configures, over HTTP: accounts at providers and the like, one for each key.

What is sent is shown to its provider first. A provider that is away loses nothing: what was typed is kept as
`unchecked`, and what was in force still is until the provider was asked.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import APIRouter, Response

from api.compat import OldRouter, Product
from api.operations.history import Steps
from api.requests.answers import Listed, Made, Nothing, Row, answers, of
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import After, Body
from api.requests.listing import Listing
from api.requests.parsing import one_of, text
from api.requests.values import form_of
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.business.configuration import ProviderAwayError, Tried, configured, owner_of
from application.permissions import Permission, PermissionMissing
from application.ports import Answer
from domain.business import configuration
from domain.business.configuration import (
    CONFIGURATION,
    DECLARED,
    Configuration,
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

Route = TypeVar("Route", bound=Callable[..., Response])

MayRead = Annotated[Caller, may(Permission.CONFIGURATION_READ)]
MayWrite = Annotated[Caller, may(Permission.CONFIGURATION_WRITE)]

REFUSED: Final = (*of(configuration), SecretNotKept, PermissionMissing)

LISTING: Final = Listing(
    model=CONFIGURATION_ROWS,
    filters={"name": text, "standing": one_of(Standing)},
    sorts=("name",),
    default_sort="name",
)

FORMS: Final = {each.key: form_of(each.values, {}, examples=each.examples) for each in DECLARED}

router: Final = Router(prefix=WHERE, tags=["configuration"])
old_router: Final = OldRouter(Product.DESK, prefix=OLD, successor=WHERE)


@router.get("")
@answers(Listed(LISTING))
def list_configuration(caller: MayRead) -> Response:
    """List what is configured. Secrets are told apart by their version, and by what they end with."""
    seen = [each.key for each in DECLARED if _sees(caller, each)]
    return LISTING.answer(caller, where=[Where("name", Op.IS, seen)])


# --- Configuring --------------------------------------------------------------------------


def _configured(caller: Caller, declared: Declaration, body: Body) -> Response:
    if not _changes(caller, declared):
        raise PermissionMissing(permission=Permission.CONFIGURATION_WRITE)
    key = declared.key
    owner, known = caller.ask(lambda past: (owner_of(key, past), configured(key, past)))
    values = typed_of(msgspec.convert(body.model_dump(mode="json"), declared.values))
    command = Configure(
        id=owner or new_id(CONFIGURATION.kind),
        key=key,
        values=values,
        verified=_verified(caller.backend.tried, key, kept_in(values, known), known),
        is_checked=caller.backend.tried.can(key),
    )
    answer = caller.order(command, on=command.id, seen=None if owner else 0)
    return caller.answered(CONFIGURATION_ROWS, _made(answer) or command.id, answer, 200)


def _verified(tried: Tried, key: str, whole: Typed, known: Configuration) -> Typed | None:
    """Return what the provider has taken; nothing if it is away. Raises ProviderRefuses."""
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


# --- Who may ------------------------------------------------------------------------------


def _id_of(caller: Caller, declared: Declaration, *, writing: bool = False) -> str:
    """Return the id of what is configured. Raises ConfigurationNotFound, PermissionMissing."""
    if not (_changes if writing else _sees)(caller, declared):
        raise PermissionMissing(permission=caller.permission)
    found = caller.ask(lambda past: owner_of(declared.key, past))
    if found is None:
        raise ConfigurationNotFound
    return found


def _changes(caller: Caller, declared: Declaration) -> bool:
    return bool(declared.writers & {*caller.principal.roles})


def _sees(caller: Caller, declared: Declaration) -> bool:
    return _changes(caller, declared) or bool(declared.readers & {*caller.principal.roles})


# --- One address for each key -------------------------------------------------------------


def add(to: APIRouter, declared: Declaration, *, is_old: bool = False) -> None:
    """Add the routes of what can be configured under a key: each has a form of its own."""
    where, name = f"/{declared.key}", declared.name
    shown = answers(Row(CONFIGURATION_ROWS), refuses=REFUSED)

    def show(caller: MayRead) -> Response:
        return caller.shown(CONFIGURATION_ROWS, _id_of(caller, declared))

    def configure(body: Any, caller: MayWrite) -> Response:
        return _configured(caller, declared, body)

    configure.__annotations__["body"] = FORMS[declared.key]
    says = f"{declared.says} Show it, and whether it is in force; secrets by their version and their end."
    route = _told(show, f"get_{name}_configuration", says)
    to.add_api_route(where, shown(route), methods=["GET"])
    says = f"{declared.says} The whole of it; a secret that is sent back as it is shown stays."
    changing = heavy(_told(configure, f"configure_{name}", says))
    to.add_api_route(where, shown(changing), methods=["PUT"])
    if not is_old:
        _add_besides(to, declared)


def _add_besides(to: APIRouter, declared: Declaration) -> None:
    where, name = f"/{declared.key}", declared.name

    def history(caller: MayWrite, after: After = 0) -> Response:
        steps = caller.steps(CONFIGURATION_ROWS, _id_of(caller, declared), after=after)
        return Response(msgspec.json.encode(steps), media_type=JSON)

    def let_go(caller: MayWrite) -> Response:
        id_ = _id_of(caller, declared, writing=True)
        return caller.done(caller.order(LetGoOfFormer(key=declared.key), on=id_))

    def remove(caller: MayWrite) -> Response:
        id_ = _id_of(caller, declared, writing=True)
        return caller.done(caller.order(RemoveConfiguration(key=declared.key), on=id_))

    says = "Show what happened to it `after` a version: when, by whom, from what to what, without secrets."
    route = heavy(_told(history, f"show_{name}_configuration_history", says))
    said = answers(Made(Steps), refuses=REFUSED)
    to.add_api_route(f"{where}/history", said(route), methods=["GET"])
    nothing = answers(Nothing(), refuses=REFUSED)
    says = "Take what was signed with a former secret no longer, such as one that has leaked."
    less = nothing(_told(let_go, f"let_go_of_former_{name}_secrets", says))
    to.add_api_route(f"{where}/former", less, methods=["DELETE"], status_code=204)
    says = "Forget it. Its secrets are gone for good; what is configured next is another."
    less = nothing(_told(remove, f"remove_{name}_configuration", says))
    to.add_api_route(where, less, methods=["DELETE"], status_code=204)


def _told(function: Route, name: str, says: str) -> Route:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = says
    return function


for _declared in DECLARED:
    add(router, _declared)
    add(old_router, _declared, is_old=True)
