"""Pages of what is no read model: what waits in the queue, what lies in the outbox."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec
from fastapi import Response

from api.problems.questions import all_of, refuse_twice
from api.requests.caller import JSON, Caller
from api.requests.cursors import CURSOR, link, opened, sealed
from api.requests.parsing import USUAL, Parse, limit_of, not_of_its_kind
from projections.paging import MOST_BYTES

T = TypeVar("T")
P = TypeVar("P")


def question(caller: Caller, filters: Mapping[str, Parse]) -> dict[str, Any]:
    """Return the filters that were asked for, parsed; what is no filter was refused before."""
    asked = caller.request.query_params
    names = [name for name in filters if name in asked]
    _, _, *values = all_of(
        lambda: refuse_twice([name for name, _ in asked.multi_items()]),
        lambda: limit_of(asked.get("limit")),
        *(partial(_parsed, name, filters[name], asked[name]) for name in names),
    )
    return dict(zip(names, values, strict=True))


def _parsed(name: str, parse: Parse, text: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        raise not_of_its_kind(name, parse) from None


def page(
    caller: Caller,
    name: str,
    find: Callable[[P | None, int], Sequence[T]],
    place: Callable[[T], P],
    kind: type[P],
    *,
    usual: int = USUAL,
    told: Callable[[T], object] = lambda item: item,
) -> Response:
    """Answer with the page that the cursor asks for. `find` takes the place after which it begins,
    of this `kind`, and a limit; `place` tells where an item stands; `name` whose cursors these are;
    `usual` how many there are where nobody says; `told` how an item is told.
    """
    limit = limit_of(caller.request.query_params.get("limit"), usual)
    cursor = caller.request.query_params.get(CURSOR)
    purpose = f"{CURSOR}/{name}"
    after = None if cursor is None else opened(caller, purpose, cursor, kind)
    found = find(after, limit + 1)
    items = within(MOST_BYTES, found[:limit], told)
    more = len(found) > len(items)
    next_ = sealed(caller, purpose, place(items[-1][0])) if more else None
    body = {"data": [text for _, text in items], "next_cursor": next_, "has_more": more}
    links = {"Link": link(caller, next_, "next")} if next_ else None
    return Response(msgspec.json.encode(body), headers=links, media_type=JSON)


def within(
    most: int, items: Sequence[T], told: Callable[[T], object] = lambda item: item
) -> list[tuple[T, msgspec.Raw]]:
    """Return each item with its JSON, as far as all together have so many bytes; the first always."""
    kept: list[tuple[T, msgspec.Raw]] = []
    size = 0
    for item in items:
        text = msgspec.json.encode(told(item))
        size += len(text)
        if kept and size > most:
            break
        kept.append((item, msgspec.Raw(text)))
    return kept
