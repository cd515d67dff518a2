"""Lists as tables for spreadsheets: all that a list shows of what is asked, page by page, however much it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any, Final

import msgspec
from fastapi import Response

from api.requests.caller import Caller
from api.requests.including import referred
from api.requests.listing import Listing, Question
from api.streamed.parts import FileInParts, parts
from application.spreadsheets import BEGINS, table
from projections.paging import Place, Where

CSV: Final = "text/csv"
ENCODING: Final = "encoding"
AT_ONCE: Final = 100
"""Rows that are in memory, in several forms."""


class Encoding(StrEnum):
    """In which letters a table is written: with a mark, by which Excel knows them, or without; or in those
    of older programs, which have no others than those of Western Europe.
    """

    UTF_8_WITH_MARK = "utf-8-with-mark"
    UTF_8 = "utf-8"
    WINDOWS = "windows-1252"

    def encoded(self, text: str, *, begins: bool = False) -> bytes:
        """Return a part of a table; a letter that there is not becomes a question mark."""
        if self is Encoding.WINDOWS:
            return text.encode("cp1252", "replace")
        mark = BEGINS if begins and self is Encoding.UTF_8_WITH_MARK else ""
        return (mark + text).encode()

    @property
    def media_type(self) -> str:
        """What it is called on the wire."""
        return f"{CSV}; charset={'windows-1252' if self is Encoding.WINDOWS else 'utf-8'}"


@dataclass(frozen=True)
class Spreadsheet:
    """A list with its columns: where in a row each is, as `first.source`; of what rows refer to, as
    `client.name` where the list includes `client`.
    """

    listing: Listing
    columns: Mapping[str, str]

    def answer(
        self,
        caller: Caller,
        encoding: Encoding,
        *,
        where: Sequence[Where] = (),
        extra: Sequence[tuple[str, Sequence[Any]]] = (),
    ) -> Response:
        """Answer the caller's question, within their reach, with all there is."""
        question = self._question(caller)
        ask = partial(self.listing.page, where=where, extra=extra)

        def read(caller: Caller, place: Place | None) -> tuple[bytes, Place | None]:
            page = ask(caller, question, place)
            rows = encoding.encoded(table(self._rows(caller, page.documents)))
            return rows, page.last if page.has_more else None

        first, place = read(caller, None)
        head = encoding.encoded(table([[*self.columns]]), begins=True)
        name = f'attachment; filename="{self.listing.model.name}.csv"'
        headers = {"Content-Disposition": name}
        return FileInParts(parts(caller, head + first, place, read), headers, encoding.media_type)

    def _question(self, caller: Caller) -> Question:
        asked = caller.request.query_params
        named = {name: text for name, text in asked.items() if name != ENCODING}
        names = [name for name, _ in asked.multi_items() if name != ENCODING]
        return replace(self.listing.question(named, names), limit=AT_ONCE)

    def _rows(self, caller: Caller, documents: Sequence[bytes]) -> Iterator[list[Any]]:
        """Return the rows of a page, with what they refer to as it is now."""
        shown = [msgspec.json.decode(each) for each in documents]
        others = {
            name: (each.column, referred(caller, each, shown))
            for name, each in self.listing.includes.items()
        }
        for row in shown:
            near = {name: _decoded(found.get(row[at])) for name, (at, found) in others.items()}
            yield [_at(path.split("."), {**row, **near}) for path in self.columns.values()]


def _decoded(document: bytes | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = msgspec.json.decode(document) if document else {}
    return found


def _at(path: Sequence[str], row: Any) -> Any:
    """Return what is at a place; nothing where there is none."""
    for name in path:
        row = row.get(name) if row else None
    return row
