"""Records over HTTP: the same routes for every kind that is declared."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import GenericAlias
from typing import Annotated, Any, Final, NamedTuple, get_type_hints

import msgspec
from fastapi import APIRouter, Query, Response
from msgspec.structs import replace

from api.compat import OldRouter
from api.operations.history import Steps
from api.problems.refusals import ValidationFailed
from api.requests.answers import Listed, Made, Nothing, Refusals, Row, Shape, answers, of
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import Body, id_of
from api.requests.listing import Listing, number
from api.requests.moments import instant
from api.requests.values import checked, form_of, merged_with, parser_of, part_of, several_of
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.permissions import PermissionMissing
from application.reach import NotFound
from application.records import claims_of
from domain.catalogue import KINDS
from domain.messages import Command
from domain.records import (
    ChangedMeanwhile,
    ChangeRecord,
    CreateRecord,
    CreateRecords,
    Kind,
    RemoveRecord,
    RestoreRecord,
)
from projections.paging import Op, Where
from projections.records import BESIDES, RECORDS

MOST: Final = 100
"""Made at once."""

MOST_REFERRED_TO: Final = 1_000
"""By all of them."""

TRIES: Final = 50
"""How often a part of something is changed anew, where somebody else has changed it meanwhile."""

ACTIVE: Final = Where("active", Op.IS, [True])


class InUse(msgspec.Struct):
    active: bool


class Routes:
    """What answers for one kind."""

    def __init__(self, kind: Kind[Any]) -> None:
        self.kind = kind
        self.model = RECORDS[kind.one]
        self.where = f"/v1/{kind.many}"
        self.form = form_of(kind.values, _ids(kind), examples=kind.examples)
        self.part = part_of(self.form)
        self.several = several_of(self.form, MOST)
        rows = GenericAlias(list, (self.model.row,))
        self.made = msgspec.defstruct(f"Made{kind.values.__name__}", [("data", rows)])
        self.listing = _listing(kind)

    # --- What each does -------------------------------------------------------------------

    def create(self, caller: Caller, body: Any) -> Response:
        """Make a new one."""
        command = self._new(caller, body)
        return caller.created(self.model, command.id, command, where=self.where)

    def create_all(self, caller: Caller, body: Any) -> Response:
        """Make several: all of them, or none."""
        orders = tuple(self._new(caller, each) for each in body.items)
        self._refuse_too_many(orders)
        answer = caller.order(CreateRecords(kind=self.kind.one, records=orders))
        rows = b",".join(caller.made(self.model, answer))
        return Response(b'{"data":[%b]}' % rows, 201, caller.marks(answer), JSON)

    def _refuse_too_many(self, orders: Sequence[CreateRecord]) -> None:
        """Whatever is referred to is looked at, one by one."""
        count = sum(len([*self.kind.references(each.values)]) for each in orders)
        if count > MOST_REFERRED_TO:
            fault = {"pointer": "#/items", "in": "body", "code": "too-many-references"}
            detail = f"They refer to {count} others; {MOST_REFERRED_TO} are taken at once"
            raise ValidationFailed(errors=[{**fault, "detail": detail}])

    def _new(self, caller: Caller, body: Body) -> CreateRecord:
        new, values = new_id(self.kind.one), self._values(body)
        claims = self._claims(caller, values)
        return CreateRecord(kind=self.kind.one, id=new, values=values, claims=claims)

    def list(self, caller: Caller, *, include_deleted: bool) -> Response:
        """List those in use; those that were removed as well, if one asks so and may change them."""
        every = include_deleted or "active" in caller.request.query_params
        if every and not caller.principal.may(self.kind.writing):
            raise PermissionMissing(permission=self.kind.writing)
        return self.listing.answer(caller, where=[] if every else [ACTIVE])

    def get(self, caller: Caller, id_: str) -> Response:
        """Show one; what was removed, to who may change it."""
        document = caller.document(self.model, id_)
        active = msgspec.json.decode(document.json, type=InUse).active
        if not active and not caller.principal.may(self.kind.writing):
            raise NotFound
        return caller.show(document)

    def change(self, caller: Caller, id_: str, body: Any) -> Response:
        """Change one as a whole."""
        return caller.changed(self.model, id_, self._changed(caller, id_, self._values(body)))

    def change_part(self, caller: Caller, id_: str, body: Any) -> Response:
        """Change what is named of one (RFC 7396): what is null is taken away. Where somebody else has
        changed it meanwhile, the same is done to what it is now.
        """
        caller.refuse_outdated()
        for _ in range(TRIES):
            with suppress(ChangedMeanwhile):
                return self._change_part(caller, id_, body)
        raise ChangedMeanwhile

    def _change_part(self, caller: Caller, id_: str, body: Body) -> Response:
        known = self._known(caller, id_)
        if known is None:  # never was, or is gone: unless this was done before that
            command = ChangeRecord(kind=self.kind.one, id=id_, values=None)
            return caller.changed(self.model, id_, command)
        part = body.model_dump(mode="json", exclude_unset=True)
        values = self._values(checked(self.form, merged_with(known, part)))
        command = replace(self._changed(caller, id_, values), base=self._converted(known))
        return caller.changed(self.model, id_, command)

    def _known(self, caller: Caller, id_: str) -> Mapping[str, Any] | None:
        """Return the values as the log has them at this moment."""
        try:
            document = caller.folded(self.model, id_)
        except NotFound:
            return None
        row = msgspec.json.decode(document.json, type=dict[str, Any])
        return {name: row[name] for name in self.form.model_fields}

    def remove(self, caller: Caller, id_: str) -> Response:
        """Use one no longer. It can be restored for thirty days."""
        return caller.done(caller.order(RemoveRecord(kind=self.kind.one, id=id_), on=id_))

    def restore(self, caller: Caller, id_: str) -> Response:
        """Use one again, as it was."""
        return caller.changed(self.model, id_, RestoreRecord(kind=self.kind.one, id=id_))

    def history(self, caller: Caller, id_: str, after: int) -> Response:
        """Show what happened to one `after` a version: when, by whom, from what to what."""
        steps = caller.steps(self.model, id_, after=after)
        return Response(msgspec.json.encode(steps), media_type=JSON)

    def act(self, order: type[Command], caller: Caller, id_: str, body: Body) -> Response:
        """Do what a kind has besides."""
        command = msgspec.convert({**body.model_dump(mode="json"), "id": id_}, order)
        return caller.changed(self.model, id_, command)

    # --- Values ---------------------------------------------------------------------------

    def _values(self, body: Body) -> Any:
        return self._converted(body.model_dump(mode="json"))

    def _converted(self, values: Mapping[str, Any]) -> Any:
        return msgspec.convert(values, self.kind.values)

    def _claims(self, caller: Caller, values: Any) -> tuple[str, ...]:
        pepper = caller.backend.pepper.encode()
        return claims_of(self.kind, values, tenant=caller.tenant, pepper=pepper)

    def _changed(self, caller: Caller, id_: str, values: Any) -> ChangeRecord:
        claims = self._claims(caller, values)
        return ChangeRecord(kind=self.kind.one, id=id_, values=values, claims=claims)


def _ids(kind: Kind[Any]) -> Mapping[str, str]:
    """Return whose ids the fields of a kind hold, by field."""
    return {field: reference.aggregate.kind for field, reference in kind.refers_to.items()}


def _listing(kind: Kind[Any]) -> Listing:
    hints = get_type_hints(RECORDS[kind.one].row)
    filters = {name: parser_of(hints[name]) for name in (*kind.columns, *BESIDES)}
    return Listing(
        model=RECORDS[kind.one],
        filters=filters,
        spans=tuple(name for name, parse in filters.items() if parse in (number, instant)),
        sorts=(*kind.columns, "created_at"),
        default_sort=kind.columns[0],
        also=("include_deleted",),
    )


# --- Routes -------------------------------------------------------------------------------

Included = Annotated[bool, Query(description="Those that were removed as well.")]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]


class Declared(NamedTuple):
    """A route: what it does in words, its method and path, and what it takes besides its caller."""

    name: str
    says: str
    method: str
    path: str
    function: Callable[..., Response]
    shape: Shape
    takes: Mapping[str, Any]
    status: int = 200
    is_heavy: bool = False
    for_writers: bool = False


def declared(routes: Routes) -> Iterator[Declared]:
    """Return the routes of a kind."""
    kind, row, body = routes.kind, Row(routes.model), {"body": routes.form}
    one, many, words = kind.one.replace("-", "_"), kind.many.replace("-", "_"), kind.words
    id_ = {_id_name(kind): Annotated[str, id_of(kind.one)]}
    it = f"/{{{_id_name(kind)}}}"
    listed = Listed(routes.listing)
    yield Declared(
        f"create_{one}", f"Make a new {words}.", "POST", "", routes.create, row, body, 201
    )
    yield Declared(
        f"create_{many}",
        SEVERAL.format(words=many.replace("_", " ")),
        "POST",
        "/batch",
        routes.create_all,
        Made(routes.made),
        {"body": routes.several},
        201,
        is_heavy=True,
    )
    yield Declared(
        f"list_{many}",
        LIST.format(many=kind.many.replace("-", " ")),
        "GET",
        "",
        routes.list,
        listed,
        {"include_deleted": Included},
    )
    yield Declared(f"get_{one}", f"Show a {words}.", "GET", it, routes.get, row, id_)
    yield Declared(
        f"show_{one}_history",
        HISTORY.format(words=words),
        "GET",
        f"{it}/history",
        routes.history,
        Made(Steps),
        {**id_, "after": After},
        is_heavy=True,
        for_writers=True,
    )
    yield Declared(
        f"change_{one}",
        f"Change a {words} as a whole.",
        "PUT",
        it,
        routes.change,
        row,
        {**id_, **body},
    )
    yield Declared(
        f"change_part_of_{one}",
        PART.format(words=words),
        "PATCH",
        it,
        routes.change_part,
        row,
        {**id_, "body": routes.part},
    )
    yield Declared(
        f"remove_{one}",
        REMOVE.format(words=words),
        "DELETE",
        it,
        routes.remove,
        Nothing(),
        id_,
        204,
    )
    yield Declared(
        f"restore_{one}",
        f"Use a removed {words} again, as it was.",
        "POST",
        f"{it}/restoration",
        routes.restore,
        row,
        id_,
    )
    for path, action in kind.actions.items():
        form = form_of(action.command, {}, without=("id",))
        yield Declared(
            _words(action.command),
            f"{action.decide.__doc__}",
            "POST",
            f"{it}/{path}",
            partial(routes.act, action.command),
            row,
            {**id_, "body": form},
        )


LIST: Final = (
    "List the {many} in use; with `include_deleted`, for who may change them, all there are."
)
SEVERAL: Final = "Make several {words}: all of them, or none. What is refused for one of them says `at` which place."
HISTORY: Final = (
    "Show what happened to a {words} `after` a version: when, by whom, from what to what. With "
    "`has_more` it goes on after the last."
)
PART: Final = "Change what is named of a {words} (RFC 7396): what is null is taken away."
REMOVE: Final = "Use a {words} no longer. It can be restored for thirty days."
DEFAULTS: Final = {"include_deleted": False, "after": 0}


def _words(command: type[Command]) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", command.__name__).lower()


def add(router: APIRouter, kind: Kind[Any], route: Declared) -> None:
    """Add a route to a router."""
    reads = route.method == "GET"
    needed = kind.reading if reads and not route.for_writers else kind.writing
    caller = Annotated[Caller, may(needed)]
    takes = {"caller": caller, **route.takes}

    def function(**given: Any) -> Response:
        return route.function(**{_own(name, kind): value for name, value in given.items()})

    function.__name__ = function.__qualname__ = route.name
    function.__doc__ = route.says
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [_parameter(name, hint) for name, hint in takes.items()], return_annotation=Response
    )
    if route.is_heavy:
        heavy(function)
    said = answers(route.shape, refuses=() if reads else refusals_of(kind))
    router.add_api_route(
        route.path, said(function), methods=[route.method], status_code=route.status
    )


def _own(name: str, kind: Kind[Any]) -> str:
    """Return what a parameter is called here: the id is called after its kind outside."""
    return "id_" if name == _id_name(kind) else name


def _id_name(kind: Kind[Any]) -> str:
    return f"{kind.one.replace('-', '_')}_id"


def _parameter(name: str, hint: Any) -> inspect.Parameter:
    default = DEFAULTS.get(name, inspect.Parameter.empty)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def refusals_of(kind: Kind[Any]) -> Refusals:
    """Return why an order about a record may be refused."""
    besides = [each for reference in kind.refers_to.values() for each in reference.refusals]
    return (*kind.refusals, *of(sys.modules[kind.values.__module__]), *besides)


def router_of(routes: Routes) -> APIRouter:
    """Return the router of a kind."""
    kind = routes.kind
    return _with_routes(Router(prefix=routes.where, tags=[kind.many]), routes)


def old_router_of(routes: Routes) -> APIRouter:
    """Return the router of the path that a kind had in an older product."""
    path, tags = routes.kind.old_path or "", ["old paths: chat desk"]
    return _with_routes(OldRouter(prefix=path, successor=routes.where, tags=tags), routes)


def _with_routes(router: APIRouter, routes: Routes) -> APIRouter:
    for route in declared(routes):
        add(router, routes.kind, route)
    return router


ROUTES: Final = tuple(map(Routes, KINDS))
ROUTERS: Final = tuple(map(router_of, ROUTES))
OLD_ROUTERS: Final = tuple(old_router_of(each) for each in ROUTES if each.kind.old_path)
