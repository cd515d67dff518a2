"""Lists as the old products ask for them: `?page=2&limit=20&sortBy=createdAt&sortOrder=desc`.

They are answered with `{data, total, page, limit, pages}`. Asked without these parameters, a list
answers by cursor, as everywhere else: only that neither skips nor repeats while others write.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, Final

import msgspec
from fastapi import Response
from psycopg import Connection

from api.problems.questions import all_of, out_of_range, refuse, wrong
from api.requests.caller import JSON, Caller
from api.requests.cursors import CURSOR
from api.requests.listing import Listing, Question
from api.requests.parsing import limit_of
from projections.paging import NumberedPage, Sort, Where, numbered_page
from projections.read_model import ReadModel

FARTHEST: Final = 10_000
"""Rows from the beginning of a list: what lies further is read by cursor."""

SORTING: Final = frozenset({"sortBy", "sortOrder"})
NUMBERED: Final = frozenset({"page", *SORTING})
NEVER_NUMBERED: Final = frozenset({CURSOR, "fields"})
WAYS: Final = {"asc": False, "desc": True}
"""Whether it descends."""

WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")

Extra = Sequence[tuple[str, Sequence[Any]]]
Documents = Sequence[bytes]
Shape = Callable[[Connection[Any], str, Documents], Documents]
"""What becomes of the documents of a tenant's page; what else they need is read for all of them at once."""


def each(shape: Callable[[bytes], bytes]) -> Shape:
    """Shape each document by what it says itself."""
    return lambda _connection, _tenant, documents: [*map(shape, documents)]


class OldPage(msgspec.Struct, omit_defaults=True):
    """Where not all rows were counted, or looked at, `total` says at least: it is an estimate."""

    data: Sequence[msgspec.Raw]
    total: int
    page: int
    limit: int
    pages: int
    total_is_estimate: bool = False


AS_IT_IS: Final = each(bytes)


@dataclass(frozen=True, kw_only=True)
class OldListing:
    """A list with both forms of questions. `sorts` are old names of columns that are more than the
    same name in camelCase, `shape` is what becomes of the documents of a page by number, and `also` what
    it asks besides.
    """

    listing: Listing
    sorts: Mapping[str, str] = field(default_factory=dict)
    shape: Shape = AS_IT_IS
    also: Sequence[ReadModel] = ()

    def answer(self, caller: Caller, *, where: Sequence[Where] = (), extra: Extra = ()) -> Response:
        """Answer in the form that was asked for."""
        if NUMBERED & caller.request.query_params.keys():
            return self.numbered(caller, where=where, extra=extra)
        return self.listing.answer(caller, where=where, extra=extra)

    def numbered(
        self, caller: Caller, *, where: Sequence[Where] = (), extra: Extra = ()
    ) -> Response:
        """Answer with a page by number, the first if none is named."""
        asked = caller.request.query_params
        names = [name for name, _ in asked.multi_items()]
        question, number = self._numbered(asked, names)
        meant = self.listing.meant(question, caller, where, searched=bool(extra))
        with caller.asking(self.listing.model, *self.also) as (connection, within):
            found = numbered_page(
                connection,
                self.listing.model,
                caller.tenant,
                within=within,
                where=meant,
                extra=extra,
                sort=question.sort,
                offset=(number - 1) * question.limit,
                limit=question.limit,
            )
            shaped = self.shape(connection, caller.tenant, found.documents)
        if found.cut:
            raise wrong("limit", "so many at once are more than 5 MB", code="too-many")
        page = _page(found, shaped, number, question)
        return Response(msgspec.json.encode(page), media_type=JSON)

    def look_at(self, asked: Mapping[str, str]) -> object:
        """Look at a question in the form in which it is asked. Raises QueryInvalid."""
        if NUMBERED & asked.keys():
            return self._numbered(asked, [*asked])
        return self.listing.look_at(asked)

    def _numbered(self, asked: Mapping[str, str], names: Sequence[str]) -> tuple[Question, int]:
        """Return the question as the list understands it, and the number of the page."""
        theirs = {*NUMBERED, "sort"} if SORTING & asked.keys() else NUMBERED
        kept = {name: text for name, text in asked.items() if name not in theirs}
        _, sort, question, number = all_of(
            lambda: _refuse_by_cursor(asked),
            lambda: self._sort(asked),
            lambda: self.listing.question(kept, names),
            lambda: _number(asked.get("page", "1"), limit_of(asked.get("limit"))),
        )
        return (replace(question, sort=sort) if sort else question), number

    def _sort(self, asked: Mapping[str, str]) -> Sort | None:
        if not SORTING & asked.keys():
            return None
        usual = self.listing.default_sort.removeprefix("-")
        column, descending = all_of(
            lambda: self._column(asked.get("sortBy", usual)),
            lambda: _descends(asked.get("sortOrder", "asc")),
        )
        return Sort(column, descending)

    def _column(self, by: str) -> str:
        column = self.sorts.get(by, WORD.sub("_", by).lower())
        if column not in self.listing.sorts:
            allowed = [*self.sorts, *self.listing.sorts]
            raise wrong("sortBy", "it cannot be sorted by this", allowed=allowed)
        return column


def _descends(way: str) -> bool:
    if way.lower() not in WAYS:
        raise wrong("sortOrder", "not a way to sort", allowed=[*WAYS])
    return WAYS[way.lower()]


def _refuse_by_cursor(asked: Mapping[str, str]) -> None:
    reason, code = "unknown together with page numbers", "unknown-parameter"
    refuse([wrong(name, reason, code=code) for name in sorted(NEVER_NUMBERED & asked.keys())])


def _page(found: NumberedPage, shaped: Documents, number: int, question: Question) -> OldPage:
    return OldPage(
        data=[msgspec.Raw(document) for document in shaped],
        total=found.total,
        page=number,
        limit=question.limit,
        pages=ceil(found.total / question.limit),
        total_is_estimate=found.is_least,
    )


def _number(text: str, limit: int) -> int:
    farthest = FARTHEST // limit
    if not text.isdecimal() or len(text) > len(str(FARTHEST)) or not 1 <= int(text) <= farthest:
        raise out_of_range("page", 1, farthest)
    return int(text)
