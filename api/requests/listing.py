"""Lists over HTTP: `?status=confirmed,pending&starts_at.gte=…&sort=-starts_at&limit=50&cursor=…`.

A list declares what it can be asked; everything else is refused, never silently ignored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Response
from psycopg import Connection

from api.problems.questions import UNKNOWN, all_of, refuse_twice, wrong
from api.requests.caller import JSON, Caller
from api.requests.changes import (
    CHANGED_AFTER,
    Hanging,
    Meant,
    changes,
    is_conditional,
    is_known,
    tagged,
    told,
    touched,
)
from api.requests.cursors import CURSOR, link, of_another_question, opened, sealed
from api.requests.including import INCLUDE, Includes, include_of, included
from api.requests.parsing import Parse, limit_of, not_of_its_kind
from api.requests.ranges import RANGE, range_of
from application.ports import Bookmark, Changed
from projections.overlap import ALWAYS, Overlap, Overlapping, Range
from projections.paging import COMPARING, Op, Page, Place, Sort, Watched, Where, Within, page
from projections.read_model import ReadModel

MOST_VALUES: Final = 200
"""Of one filter: as many as a page has rows."""

RESERVED: Final = frozenset({"sort", "limit", "cursor", "fields"})


class Meaning(NamedTuple):
    """Where it stands what a filter means, and what a text that was typed means there."""

    column: str
    of: Callable[[str, Caller], Sequence[str]]
    rows: ReadModel | None = None
    """Where it is told who is meant, if that may become somebody else."""
    by_content: bool = False
    """Whether any of those rows may come to say that it is meant."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a list can be asked: filters by column with the parser of their values, and sorts.

    `spans` are the filters that also take `.gte .gt .lte .lt`; `aliases` maps other names of
    parameters to filters (`client` to `client_id`). `meanings` are the filters that are compared as
    what was meant, with the column that has it. Rows that have something in the column that `hides` them
    are shown only to those who ask for somebody, by a filter with a meaning or a search, or for that.
    `includes` is what they refer to. Where it tells `changes`, it can be asked what changed since. Of its rows it
    `shows` the fields of this struct, or all. Where it says what is `overlapping`, `from` and `to` ask for whatever goes on at some time between them;
    with `most`, for both of them, and no longer.
    """

    model: ReadModel
    filters: Mapping[str, Parse] = field(default_factory=dict)
    spans: Sequence[str] = ()
    sorts: Sequence[str] = ("created_at",)
    default_sort: str = "created_at"
    aliases: Mapping[str, str] = field(default_factory=dict)
    also: Sequence[str] = ()
    meanings: Mapping[str, "Meaning"] = field(default_factory=dict)
    hides: str | None = None
    includes: Includes = field(default_factory=dict)
    changes: bool = False
    shows: type[Any] | None = None
    overlapping: Overlapping | None = None
    most: timedelta | None = None

    def answer(
        self,
        caller: Caller,
        *,
        where: Sequence[Where] = (),
        extra: Sequence[tuple[str, Sequence[Any]]] = (),
    ) -> Response:
        """Answer the caller's question, within their reach; `where` and `extra` are what the route
        itself demands.
        """
        asked = caller.request.query_params
        question = self.question(dict(asked), [name for name, _ in asked.multi_items()])
        wanted = self._wanted(caller, question, where, extra)
        people = self._people(wanted)
        changed = changes(caller, self.model, question.limit, people) if self.changes else None
        reached = changed.reached.position if changed else 0
        models = [self.model, *(self.includes[name].model for name in question.include)]
        watched, first = caller.watched(models), self._looks_first(caller, question, changed)
        with caller.asking(self.model, at_least=reached) as (connection, within):
            moment = caller.moment(connection, models) if first else None
            if moment is not None and is_known(caller, moment):
                return tagged(caller, Response(status_code=304), moment)
            ask = partial(self._found, caller, connection, within, wanted)
            found = ask(changed, None if first else watched)
            if found.first is None and not first:  # in no row there is nothing said of the log
                moment, found = caller.moment(connection, models), ask(changed, None)
        moment = caller.no_less(moment or found.moment)
        if people and self._people(self._wanted(caller, question, where, extra)) != people:
            moment = None  # while it was asked, somebody was merged: it may be of neither moment
        more = dict(included(caller, question.include, self.includes, found.documents))
        if self.changes:
            more |= told(caller, moment, changed, found.documents)
        return tagged(caller, _response(caller, found, question, wanted.place, more), moment)

    def page(
        self,
        caller: Caller,
        question: "Question",
        place: Place | None,
        *,
        where: Sequence[Where] = (),
        extra: Sequence[tuple[str, Sequence[Any]]] = (),
    ) -> Page:
        """Return a page behind a place, for whoever shows it in another form."""
        meant = self.meant(question, caller, where, searched=bool(extra))
        wanted = _Wanted(question, place, meant, extra)
        with caller.asking(self.model) as (connection, within):
            return self._found(caller, connection, within, wanted, None, None)

    def _wanted(
        self,
        caller: Caller,
        question: "Question",
        where: Sequence[Where],
        extra: Sequence[tuple[str, Sequence[Any]]],
    ) -> "_Wanted":
        """Return what is asked of the read model, as it is meant now."""
        place = self._place(caller, caller.request.query_params.get(CURSOR), question)
        meant = self.meant(question, caller, where, searched=bool(extra))
        return _Wanted(question, place, meant, extra)

    def _people(self, wanted: "_Wanted") -> Meant:
        """Return who is meant by the filters, with the lists in which they may become others."""
        rows = {each.column: each.rows for each in self.meanings.values() if each.rows is not None}
        asked = (self.meanings.get(each.column) for each in wanted.question.where)
        by_content = {each.column for each in asked if each is not None and each.by_content}
        return [
            Hanging(rows[each.column], each.value, each.column in by_content)
            for each in wanted.where
            if each.column in rows
        ]

    def _looks_first(self, caller: Caller, question: "Question", changed: Changed | None) -> bool:
        """Whether what had happened is asked before the page, and not with it: to find out whether they have
        it, or since it is made by several statements.
        """
        several = self.overlapping is not None and question.range != ALWAYS
        return changed is not None or several or is_conditional(caller)

    def _found(
        self,
        caller: Caller,
        connection: Connection[Any],
        within: Within,
        wanted: "_Wanted",
        changed: Changed | None,
        watched: Watched | None,
    ) -> Page:
        """Return the page, or what changed of it."""
        question = wanted.question
        going_on = self._going_on(connection, caller.tenant, question.range)
        where, extra = [*wanted.where, *going_on.where], [*wanted.extra, *going_on.extra]
        if changed is not None:
            found = touched(caller, connection, self.model, where, extra, changed)
        else:
            found = page(
                connection,
                self.model,
                caller.tenant,
                within=within,
                where=where,
                extra=extra,
                sort=question.sort,
                place=wanted.place,
                limit=question.limit,
                watched=watched,
            )
        if going_on.keeps is None:
            return found
        return found._replace(documents=[*filter(going_on.keeps, found.documents)])

    def _going_on(self, connection: Connection[Any], tenant: str, asked: Range) -> Overlap:
        if self.overlapping is None or asked == ALWAYS:
            return Overlap()
        return self.overlapping(connection, tenant, asked.kept())

    @property
    def shown(self) -> type[Any]:
        """What its rows are to whoever asks."""
        return self.shows or self.model.row

    def meant(
        self,
        question: "Question",
        caller: Caller,
        where: Sequence[Where] = (),
        *,
        searched: bool = False,
    ) -> Sequence[Where]:
        """Return the filters of a question, and of a route, as the caller means them."""
        asked = [self._meant(each, caller) for each in (*question.where, *where)]
        named = {each.column for each in question.where} & {self.hides, *self.meanings}
        if self.hides is None or searched or named:
            return asked
        return [*asked, Where(self.hides, Op.MISSING)]

    def _meant(self, where: Where, caller: Caller) -> Where:
        if (meaning := self.meanings.get(where.column)) is None:
            return where
        values = (value for each in where.value for value in meaning.of(each, caller))
        return Where(meaning.column, where.op, [*dict.fromkeys(values)])

    def look_at(self, asked: Mapping[str, str]) -> "Question":
        """Parse what is asked, each once. Raises QueryInvalid, with all that is wrong."""
        return self.question(asked, [*asked])

    def question(self, asked: Mapping[str, str], names: Sequence[str]) -> "Question":
        """Parse what is asked; `names` are those of the parameters as they came."""
        apart = {*RESERVED, *self.also, *(() if self.overlapping is None else RANGE)}
        apart |= {INCLUDE} if self.includes else set()
        apart |= {CHANGED_AFTER} if self.changes else set()
        filters = {n: text for n, text in asked.items() if n not in apart}
        _, sort, fields, limit, range_, include, *where = all_of(
            lambda: refuse_twice(names),
            lambda: self._sort(asked.get("sort", self.default_sort)),
            lambda: self._fields(asked.get("fields", "")),
            lambda: limit_of(asked.get("limit")),
            lambda: self._range(asked),
            lambda: include_of(asked, self.includes),
            *(partial(self._where, name, text) for name, text in filters.items()),
        )
        way = "-" if sort.descending else ""
        return Question(
            name=f"{self.model.name}:{way}{sort.column}",
            where=where,
            sort=sort,
            limit=limit,
            fields=fields,
            range=range_,
            include=include,
        )

    def _range(self, asked: Mapping[str, str]) -> Range:
        """Return between which instants something is to go on. Raises QueryInvalid."""
        if self.overlapping is None:
            return ALWAYS
        return range_of(asked, self.most)

    def _sort(self, text: str) -> Sort:
        column = text.removeprefix("-")
        if column not in self.sorts:
            allowed = [way + name for name in self.sorts for way in ("", "-")]
            raise wrong("sort", "it cannot be sorted by this", allowed=allowed)
        return Sort(column, text.startswith("-"))

    def _fields(self, text: str) -> tuple[str, ...]:
        fields = tuple(field for field in _several("fields", text) if field)
        known = self.shown.__struct_fields__
        if strange := sorted({*fields} - {*known}):
            raise wrong("fields", "not a field of a row", allowed=known, unknown=strange)
        return fields or (known if self.shows else ())

    def _where(self, name: str, text: str) -> Where:
        column, _, op = self.aliases.get(name, name).partition(".")
        parse = self.filters.get(column)
        if parse is None or (op and (column not in self.spans or op not in COMPARING)):
            raise wrong(name, UNKNOWN, code="unknown-parameter")
        try:
            if op:
                return Where(column, Op(op), parse(text))
            return Where(column, Op.IS, [parse(part) for part in _several(name, text)])
        except ValueError:
            raise not_of_its_kind(name, parse) from None

    def _place(self, caller: Caller, cursor: str | None, question: "Question") -> Place | None:
        if cursor is None:
            return None
        name, value, key, backwards = opened(caller, CURSOR, cursor, tuple[str, Any, str, bool])
        if name != question.name:
            raise of_another_question()
        return Place(value, key, backwards)


class _Wanted(NamedTuple):
    """What is asked of a read model."""

    question: "Question"
    place: Place | None
    where: Sequence[Where]
    extra: Sequence[tuple[str, Sequence[Any]]]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A list question, parsed; cursors are good for the `name` they were made for."""

    name: str
    where: Sequence[Where]
    sort: Sort
    limit: int
    fields: Sequence[str]
    range: Range = ALWAYS
    include: Sequence[str] = ()

    def chosen(self, documents: Sequence[bytes]) -> Sequence[bytes]:
        """Keep of the documents what was asked for."""
        return [_only(self.fields, each) for each in documents] if self.fields else documents


def _several(name: str, text: str) -> list[str]:
    """Return the values of a parameter. Raises QueryInvalid where they are more than one looks for."""
    if text.count(",") >= MOST_VALUES:
        raise wrong(name, f"more than {MOST_VALUES} values", code="too-many-values")
    return text.split(",")


def _response(
    caller: Caller,
    found: Page,
    question: Question,
    place: Place | None,
    more: Mapping[str, Any],
) -> Response:
    backwards = place is not None and place.backwards
    more_after = found.has_more if not backwards else True
    more_before = found.has_more if backwards else place is not None
    next_ = _cursor(caller, question, found.last, found.bookmark) if more_after else None
    prev = _cursor(caller, question, found.first, found.bookmark) if more_before else None
    marks = {"next_cursor": next_, "prev_cursor": prev, "has_more": more_after, **more}
    data = [part for each in question.chosen(found.documents) for part in (b",", each)][1:]
    body = b"".join([b'{"data":[', *data, b"],", msgspec.json.encode(marks)[1:]])
    links = [link(caller, c, rel) for c, rel in ((next_, "next"), (prev, "prev")) if c]
    return Response(body, headers={"Link": ", ".join(links)} if links else None, media_type=JSON)


def _cursor(
    caller: Caller, question: Question, place: Place | None, bookmark: Bookmark | None
) -> str | None:
    if place is None:
        return None
    where = [question.name, place.value, place.key, place.backwards]
    return sealed(caller, CURSOR, where, bookmark)


def _only(fields: Sequence[str], document: bytes) -> bytes:
    known = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({name: known[name] for name in fields if name in known})
