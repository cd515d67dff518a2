"""Lists as the old products ask for them: `?page=2&limit=20&sortBy=createdAt&sortOrder=desc`.

They are answered with `{data, total, page, limit, pages}`. Asked without these parameters, a list
answers by cursor, as everywhere else: only that neither skips nor repeats while others write.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

import msgspec
from fastapi import Response
from psycopg import Connection

from api.problems.refusals import QueryInvalid
from api.requests.caller import JSON, Caller
from api.requests.listing import CURSOR, Listing, Question
from projections.paging import NumberedPage, Where, numbered_page
from projections.read_model import ReadModel

FARTHEST: Final = 10_000
"""Rows from the beginning of a list: what lies further is read by cursor."""

NUMBERED: Final = frozenset({"page", "sortBy", "sortOrder"})
NEVER_NUMBERED: Final = frozenset({CURSOR, "fields"})
WAYS: Final = {"asc": "", "desc": "-"}
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
        question = self.listing.question(self._translated(asked), names)
        number = _number(asked.get("page", "1"), question.limit)
        with caller.asking(self.listing.model, *self.also) as (connection, within):
            found = numbered_page(
                connection,
                self.listing.model,
                caller.tenant,
                within=within,
                where=[*question.where, *where],
                extra=extra,
                sort=question.sort,
                offset=(number - 1) * question.limit,
                limit=question.limit,
            )
            shaped = self.shape(connection, caller.tenant, found.documents)
        if found.cut:
            raise QueryInvalid(parameter="limit", reason="so many at once are more than 5 MB")
        page = _page(found, shaped, number, question)
        return Response(msgspec.json.encode(page), media_type=JSON)

    def _translated(self, asked: Mapping[str, str]) -> dict[str, str]:
        """Return the question as the list understands it."""
        if unknown := NEVER_NUMBERED & asked.keys():
            raise QueryInvalid(parameter=min(unknown), reason="unknown together with page numbers")
        kept = {name: value for name, value in asked.items() if name not in NUMBERED}
        if "sortBy" not in asked and "sortOrder" not in asked:
            return kept
        way = WAYS.get(asked.get("sortOrder", "asc").lower())
        if way is None:
            raise QueryInvalid(parameter="sortOrder", allowed=list(WAYS))
        by = asked.get("sortBy", self.listing.default_sort.removeprefix("-"))
        column = self.sorts.get(by, WORD.sub("_", by).lower())
        if column not in self.listing.sorts:
            raise QueryInvalid(parameter="sortBy", allowed=[*self.sorts, *self.listing.sorts])
        return {**kept, "sort": way + column}


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
        raise QueryInvalid(parameter="page", allowed=[1, farthest])
    return int(text)
