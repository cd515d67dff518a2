"""What somebody asks to hear of, and behind which position."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Query

from api.problems.questions import all_of, wrong
from api.requests import ids
from api.requests.caller import Caller
from api.requests.parsing import like
from application.conversations.reach import thread_seen
from application.feed import AREAS, TYPES, Wanted
from application.people.people import records
from application.permissions import Permission, Principal
from application.ports import Bookmark
from application.reach import NotFound
from application.transact import Past
from domain.fields import ANY_TEXT, id_of
from domain.values import ClientId, ThreadId

BEGINNING: Final = "0"
PLACE: Final = r"^(0|[1-9][0-9]{0,17}\.[0-9a-f]{16})$"
"""A position together with what is there, or the beginning of everything."""

LAST_HEARD: Final = "last-event-id"
"""The header by which a browser goes on by itself."""

Place = Annotated[str, Query(pattern=PLACE, max_length=40, examples=["17.5ca1ab1e5ca1ab1e"])]
Names = Annotated[str, Query(max_length=2_000, pattern=ANY_TEXT)]
Thing = Annotated[str, Query(max_length=120, pattern=ANY_TEXT)]
Ticket = Annotated[str, Query(max_length=100, pattern=ANY_TEXT)]

_place: Final = re.compile(PLACE)


class Named(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What they would hear of: of all of these at once, of everything where nothing is said."""

    types: Sequence[str] = ()
    areas: Sequence[str] = ()
    subject: str | None = None
    client: str | None = None
    professional: str | None = None
    thread: str | None = None


async def asked_of(
    types: Names | None = None,
    areas: Names | None = None,
    subject: Thing | None = None,
    client: ids.Client | None = None,
    professional: ids.Professional | None = None,
    thread: ids.Thread | None = None,
) -> Named:
    """Return what a query names."""
    return Named(
        types=listed(types),
        areas=listed(areas),
        subject=subject,
        client=client,
        professional=professional,
        thread=thread,
    )


AskedOf = Annotated[Named, Depends(asked_of)]


def listed(text: str | None) -> Sequence[str]:
    """Return names that are separated by commas."""
    return [part for part in (text or "").split(",") if part]


def wanted(named: Named, principal: Principal, past: Past) -> Wanted:
    """Return what somebody wants; of a client, all of their records are meant. Raises QueryInvalid; NotFound for
    a client who is another's, ThreadNotFound for a conversation.
    """
    all_of(
        partial(_refuse_unknown, "types", named.types, TYPES),
        partial(_refuse_unknown, "areas", named.areas, AREAS),
        *(partial(_refuse_other, kind, getattr(named, kind)) for kind in FIELDS),
    )
    if named.client is not None and not _is_seen(principal, named.client):
        raise NotFound
    if named.thread is not None:
        thread_seen(ThreadId(named.thread), principal.reach(Permission.THREADS_READ), past)
    meant = {kind: getattr(named, kind) for kind in FIELDS if getattr(named, kind) is not None}
    return Wanted(
        types=tuple(sorted({*named.types})),
        areas=tuple(sorted({*named.areas})),
        subjects=() if named.subject is None else (named.subject,),
        named=tuple(
            (field, _ids(kind, meant[kind], past))
            for kind, field in FIELDS.items()
            if kind in meant
        ),
    )


def wanted_by(caller: Caller, named: Named) -> Wanted:
    """Return what a caller wants. Raises QueryInvalid, NotFound, ThreadNotFound."""
    return caller.ask(partial(wanted, named, caller.principal))


FIELDS: Final = {
    "client": "client_id",
    "professional": "professional_id",
    "thread": "thread_id",
}
"""By the kind of a thing that is named: where its id stands in what is told."""


def _is_seen(principal: Principal, client: str) -> bool:
    return principal.reach(Permission.CLIENTS_READ).includes(client_id=client)


def _ids(kind: str, id_: str, past: Past) -> tuple[str, ...]:
    return tuple(records(past, ClientId(id_))) if kind == "client" else (id_,)


def _refuse_unknown(name: str, asked: Sequence[str], known: AbstractSet[str]) -> None:
    if strange := sorted({*asked} - known):
        raise wrong(name, "not told of", allowed=sorted(known), unknown=strange)


def _refuse_other(kind: str, id_: str | None) -> None:
    if id_ is not None and re.fullmatch(str(id_of(kind).pattern), id_) is None:
        example = f"{kind}-0198c0de-0000-7000-8000-000000000001"
        raise wrong(kind, like(example), example=example)


def place_of(text: str | None) -> Bookmark | None:
    """Return the position that somebody names; None where they name none, to begin with what comes."""
    if text is None:
        return None
    if _place.fullmatch(text) is None:
        example = "17.5ca1ab1e5ca1ab1e"
        raise wrong("after", like(example), example=example)
    return Bookmark() if text == BEGINNING else Bookmark.of(text)


def last_heard(headers: Any) -> Bookmark | None:
    """Return what a browser has heard last, if it goes on with something."""
    return place_of(headers.get(LAST_HEARD) or None)
