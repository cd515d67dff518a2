"""What answers for one kind of record: the same for each."""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import GenericAlias
from typing import Annotated, Any, Final, NamedTuple, get_type_hints

import msgspec
from fastapi import Query, Response
from fastapi.exceptions import RequestValidationError
from msgspec.structs import replace

from api.requests.answers import Made, Refusals, Row, Shape, of
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import After, Body
from api.requests.ids import id_of
from api.requests.listing import Listing
from api.requests.meanings import persons
from api.requests.moments import instant
from api.requests.parsing import number
from api.requests.values import checked, form_of, merged_with, parser_of, part_of, several_of
from application.permissions import PermissionMissing
from application.reach import NotFound
from application.records import claims_of, creation
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

LENGTH_AND_TYPE: Final = frozenset({"content-length", "content-type"})

ACTIVE: Final = Where("active", Op.IS, [True])


class InUse(msgspec.Struct):
    active: bool


class Taken(NamedTuple):
    """What a route takes besides its caller: as it is called outside, and by the method that answers."""

    name: str
    own: str
    hint: Any
    default: Any = inspect.Parameter.empty

    @property
    def parameter(self) -> inspect.Parameter:
        """The same, for the framework."""
        kind = inspect.Parameter.KEYWORD_ONLY
        return inspect.Parameter(self.name, kind, default=self.default, annotation=self.hint)


class Besides(NamedTuple):
    """What an answer to whoever makes a record, or changes it, says besides: its fields, and what tells them of
    the values.
    """

    fields: type[msgspec.Struct]
    of: Callable[[Caller, Any], msgspec.Struct]


Included = Annotated[bool, Query(description="Those that were removed as well.")]


class Routes:
    """What answers for one kind."""

    def __init__(self, kind: Kind[Any], besides: Besides | None = None) -> None:
        self.kind = kind
        self.model = RECORDS[kind.one]
        self.besides = besides
        self.where = f"/v1/{kind.many}"
        without = tuple(sorted(kind.ours))
        self.form = form_of(kind.values, _ids(kind), without=without, examples=kind.examples)
        self.listing = _listing(kind)
        self.refusals = _refusals(kind)
        rows = GenericAlias(list, (self.model.row,))
        self.made = msgspec.defstruct(f"Made{kind.values.__name__}", [("data", rows)])
        self.told = self._told()
        self.taken = {
            "id": Taken(f"{kind.one.replace('-', '_')}_id", "id_", Annotated[str, id_of(kind.one)]),
            "whole": Taken("body", "body", self.form),
            "part": Taken("body", "body", part_of(self.form)),
            "several": Taken("body", "body", several_of(self.form, MOST)),
            "deleted": Taken("include_deleted", "include_deleted", Included, default=False),
            "after": Taken("after", "after", After, default=0),
        }

    # --- What each does -------------------------------------------------------------------

    def create(self, caller: Caller, body: Any) -> Response:
        """Make a new one."""
        command = self._new(caller, body)
        made = caller.created(self.model, command.id, command, where=self.where)
        return self._with_besides(caller, made)

    def create_all(self, caller: Caller, body: Any) -> Response:
        """Make several: all of them, or none."""
        orders = tuple(self._new(caller, each) for each in body.items)
        self._refuse_too_many(orders, body)
        answer = caller.order(CreateRecords(kind=self.kind.one, records=orders))
        rows = b",".join(caller.made(self.model, answer))
        return Response(b'{"data":[%b]}' % rows, 201, caller.marks(answer), JSON)

    def _refuse_too_many(self, orders: Sequence[CreateRecord], body: Body) -> None:
        """Whatever is referred to is looked at, one by one."""
        count = sum(len([*self.kind.references(each.values)]) for each in orders)
        if count > MOST_REFERRED_TO:
            said = f"They refer to {count} others; {MOST_REFERRED_TO} are taken at once"
            fault = {"loc": ("body", "items"), "type": "too_many_references", "msg": said}
            raise RequestValidationError([fault], body=dict(body))

    def _new(self, caller: Caller, body: Body) -> CreateRecord:
        new, pepper = new_id(self.kind.one), caller.backend.pepper.encode()
        return creation(self.kind, new, self._values(body), tenant=caller.tenant, pepper=pepper)

    def list(self, caller: Caller, *, include_deleted: bool) -> Response:
        """List those in use; those that were removed as well, if one asks so and may change them."""
        every = include_deleted or "active" in caller.request.query_params
        if every and not self._is_shown_removed(caller):
            raise PermissionMissing(permission=self.kind.writing)
        return self.listing.answer(caller, where=[] if every else [ACTIVE])

    def get(self, caller: Caller, id_: str) -> Response:
        """Show one; what was removed, to who may change it, or ask what was."""
        document = caller.document(self.model, id_)
        every = self._is_shown_removed(caller) or caller.asks_of_the_past
        if not every and not msgspec.json.decode(document.json, type=InUse).active:
            raise NotFound
        return caller.show(document)

    def _is_shown_removed(self, caller: Caller) -> bool:
        """Whether somebody may change what they see, be it only their own."""
        kind, may = self.kind, caller.principal.may
        return may(kind.writing) or (may(kind.own_writing) and not may(kind.reading))

    def change(self, caller: Caller, id_: str, body: Any) -> Response:
        """Change one as a whole."""
        command = self._changed(caller, id_, self._values(body))
        return self._with_besides(caller, caller.changed(self.model, id_, command))

    def change_part(self, caller: Caller, id_: str, body: Any) -> Response:
        """Change what is named of one (RFC 7396): what is null is taken away. Where somebody else has
        changed it meanwhile, the same is done to what it is now.
        """
        caller.refuse_outdated()
        for _ in range(TRIES):
            with suppress(ChangedMeanwhile):
                return self._with_besides(caller, self._change_part(caller, id_, body))
        raise ChangedMeanwhile

    def _change_part(self, caller: Caller, id_: str, body: Body) -> Response:
        known = self._known(caller, id_)
        if known is None:  # never was, or is gone: unless this was done before that
            command = ChangeRecord(kind=self.kind.one, id=id_, values=None)
            return caller.changed(self.model, id_, command)
        part = body.model_dump(mode="json", exclude_unset=True)
        typed = {name: known[name] for name in self.form.model_fields}
        values = self._values(checked(self.form, merged_with(typed, part)))
        command = replace(self._changed(caller, id_, values), base=self._converted(known))
        return caller.changed(self.model, id_, command)

    def _known(self, caller: Caller, id_: str) -> Mapping[str, Any] | None:
        """Return the values as the log has them at this moment."""
        try:
            document = caller.folded(self.model, id_)
        except NotFound:
            return None
        row = msgspec.json.decode(document.json, type=dict[str, Any])
        return {name: row[name] for name in self.kind.values.__struct_fields__}

    def remove(self, caller: Caller, id_: str) -> Response:
        """Use one no longer. It can be restored for thirty days."""
        return caller.done(caller.order(RemoveRecord(kind=self.kind.one, id=id_), on=id_))

    def restore(self, caller: Caller, id_: str) -> Response:
        """Use one again, as it was."""
        return caller.changed(self.model, id_, RestoreRecord(kind=self.kind.one, id=id_))

    def history(self, caller: Caller, id_: str, after: int) -> Response:
        """Show what happened to one `after` a version: when, by whom, from what to what. Who sees but
        their own does not see what it was while it was another's.
        """
        if not caller.principal.may(self.kind.writing):
            raise PermissionMissing(permission=self.kind.writing)
        steps = caller.steps(self.model, id_, after=after)
        return Response(msgspec.json.encode(steps), media_type=JSON)

    def act(self, order: type[Command], caller: Caller, id_: str, body: Body) -> Response:
        """Do what a kind has besides."""
        command = msgspec.convert({**body.model_dump(mode="json"), "id": id_}, order)
        return caller.changed(self.model, id_, command)

    # --- What is said besides ---------------------------------------------------------------

    def _told(self) -> Shape:
        """Say what whoever makes one, or changes it, is answered."""
        if self.besides is None:
            return Row(self.model)
        own, more = (
            msgspec.structs.fields(self.model.row),
            msgspec.structs.fields(self.besides.fields),
        )
        described = [(each.name, each.type) for each in (*own, *more)]
        name = f"{self.besides.fields.__name__}{self.kind.values.__name__}"
        return Made(msgspec.defstruct(name, described, kw_only=True), tagged=True)

    def _with_besides(self, caller: Caller, answer: Response) -> Response:
        """Return an answer with what it says besides the record."""
        if self.besides is None:
            return answer
        row = msgspec.json.decode(answer.body, type=dict[str, Any])
        values = self._converted({name: row[name] for name in self.kind.values.__struct_fields__})
        more = msgspec.json.encode(self.besides.of(caller, values))
        return _with_body(answer, bytes(answer.body)[:-1] + b"," + more[1:])

    # --- Values ---------------------------------------------------------------------------

    def _values(self, body: Body) -> Any:
        return self._converted(body.model_dump(mode="json"))

    def _converted(self, values: Mapping[str, Any]) -> Any:
        return msgspec.convert(values, self.kind.values)

    def _changed(self, caller: Caller, id_: str, values: Any) -> ChangeRecord:
        pepper = caller.backend.pepper.encode()
        claims = claims_of(self.kind, values, tenant=caller.tenant, pepper=pepper)
        return ChangeRecord(kind=self.kind.one, id=id_, values=values, claims=claims)


def _with_body(answer: Response, body: bytes) -> Response:
    """Return the same answer with another body; its length is another, too."""
    kept = {name: text for name, text in answer.headers.items() if name not in LENGTH_AND_TYPE}
    return Response(body, answer.status_code, kept, JSON)


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
        meanings={name: persons(name) for name in kind.columns if name in kind.persons},
    )


def _refusals(kind: Kind[Any]) -> Refusals:
    """Return why an order about a record may be refused."""
    besides = [each for reference in kind.refers_to.values() for each in reference.refusals]
    return (*kind.refusals, *of(sys.modules[kind.values.__module__]), *besides)
