"""The feed over HTTP: page by page, or as a stream; tickets for whoever can give only an address; and what to
read anew where one has lost the thread.
"""

import asyncio
from collections.abc import Awaitable, Iterator
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import Depends, Query, Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from api.feed.asked import (
    AskedOf,
    Named,
    Place,
    Ticket,
    last_heard,
    place_of,
    wanted_by,
)
from api.feed.ending import named
from api.feed.hub import Page, hub_of
from api.feed.listener import Stopping
from api.feed.streaming import EVENTS, Stream
from api.openapi.routes import query_of
from api.problems.questions import wrong
from api.requests.answers import Listed, Made, answers, said_of
from api.requests.caller import JSON, Caller
from api.requests.preferences import CONSISTENCY, longest_wait
from api.web.gate import PRINCIPAL, Gate, bearer, may, permission_of
from api.web.marks import mark
from api.web.routing import Router, in_thread
from application.business.accounts import InvalidToken
from application.feed import (
    EVERYTHING,
    TICKET_LASTS,
    Admission,
    PositionExpired,
    TicketInvalid,
    TooManyListeners,
    Wanted,
)
from application.permissions import Permission, PermissionMissing
from application.ports import Bookmark
from application.reach import StandingChanged
from domain.conversations.threads import ThreadNotFound

T = TypeVar("T")

LONGEST_WAIT: Final = 25.0
"""Seconds for which whoever polls may wait for something to happen: less than what proxies put up with."""

MOST: Final = 500
ADMITTED: Final = "frontdesk.admission"
TICKET: Final = "ticket"
OTHERS: Final = frozenset({"after", TICKET, "limit"})
"""Parameters that do not say what one would hear of."""

router: Final = Router(prefix="/v1/feed", tags=["feed"])


class ListeningGate(Gate):
    """Lets in by a ticket, too: whoever can set no header shows one in the address."""

    async def __call__(self, request: Request) -> Caller:
        """Return the caller. Raises TicketInvalid besides what the gate raises."""
        ticket = request.query_params.get(TICKET)
        if ticket is not None:
            admission = await admitted(request.app.state.backend, ticket)
            request.scope[ADMITTED] = admission
            request.scope[PRINCIPAL] = admission.principal
        return await super().__call__(request)


async def admitted(backend: Any, ticket: str) -> Admission:
    """Return what a ticket is for. Raises TicketInvalid, InvalidToken."""
    admission: Admission = await in_thread(backend.tickets.admission)(ticket=ticket)
    if backend.is_denied(admission.principal.session_id):
        raise InvalidToken
    return admission


MayListen = Annotated[Caller, Depends(ListeningGate(Permission.ACCOUNT_READ))]
MayRead = Annotated[Caller, may(Permission.ACCOUNT_READ)]
Limit = Annotated[int, Query(ge=1, le=MOST)]


class Event(msgspec.Struct):
    """Something that happened, as others are told of it: `id` is the position to go on from. `data` has the
    fields of its type and version.
    """

    id: str
    type: str
    version: int
    subject: str
    occurred_at: datetime
    data: dict[str, Any]


class Events(msgspec.Struct):
    """What happened, in order. `position` is what to go on `after`, also where nothing did."""

    data: list[Event]
    position: str
    has_more: bool


class NewTicket(msgspec.Struct):
    """Is shown as `?ticket=…`, as often as need be until it expires."""

    ticket: str
    expires_at: datetime


class Snapshot(msgspec.Struct):
    """Read these `lists` with this `consistency_token`, and go on `after` this position: then nothing is
    missing.
    """

    after: str
    consistency_token: str
    lists: list[str]


@router.get("")
@answers(
    Made(Events, streamed=True),
    refuses=(PositionExpired, StandingChanged, ThreadNotFound, TicketInvalid, TooManyListeners),
)
async def follow_feed(
    request: Request,
    caller: MayListen,
    asked_of: AskedOf,
    after: Place | None = None,
    ticket: Ticket | None = None,
    limit: Limit = 100,
) -> Response:
    """Follow what happens: each event that you may see, once and in order, behind the position `after`; from
    now on without one, and from the beginning of what is kept after `0`.

    `Prefer: wait=25` waits for so many seconds until something happens. `Accept: text/event-stream` goes on
    for as long as you like: `replaying`, then `subscribed` once you hear of everything as it happens; each
    event has its position as its id, so that a browser goes on by itself; `typing` says who is
    writing in a conversation, `heartbeat` how far it is, `reauth` that a new token or ticket is due, and
    `resync` that you have to read anew: what was told before
    is of another log, or too long ago. Events are `{id, type, version, subject, occurred_at, data}` in all
    ways, and ids are positions in all of them.
    """
    admission = await _admission(caller, asked_of, is_open=ticket is None)
    place = last_heard(request.headers) or place_of(after)
    if place is None:
        place = await in_thread(_latest)(caller=caller)
    hub = hub_of(request.app)
    listener = hub.come(admission, place)
    if EVENTS in request.headers.get("accept", ""):
        return Stream(hub, listener)
    try:
        wait = longest_wait(request.headers, LONGEST_WAIT)
        if wait:
            mark(request.scope, b"preference-applied", b"wait=%d" % wait)
        until = asyncio.get_running_loop().time() + wait
        asked = hub.page(listener, limit, until)
        page = await (unless_gone(request, asked) if wait else asked)
    except Stopping:  # another process goes on
        page = Page((), listener.reached, more=False)
    finally:
        hub.go(listener)
    return Response(_written(page), media_type=JSON)


@router.post("/tickets", status_code=201)
@answers(Made(NewTicket, has_location=False), refuses=(ThreadNotFound,), records=False)
def issue_ticket(
    caller: MayRead,
    asked_of: AskedOf,
) -> Response:
    """Get a ticket to listen with where no header can be set: `EventSource` and `WebSocket` in browsers. It
    is good for a minute, for you and for what you ask for here; get another before you connect anew.
    """
    caller.refuse_outdated()
    admission = Admission(
        principal=caller.principal,
        ends_at=caller.backend.ends(bearer(caller.request.scope)),
        wanted=wanted_by(caller, asked_of),
    )
    ticket = caller.backend.tickets.issue(admission)
    made = NewTicket(ticket, caller.now + TICKET_LASTS)
    return Response(msgspec.json.encode(made), status_code=201, media_type=JSON)


@router.get("/snapshot")
@answers(Made(Snapshot))
def show_snapshot(caller: MayRead) -> Response:
    """Show from where to begin: which lists to read, no older than what, and after which position to go on."""
    bookmark, position = caller.backend.feed.snapshot(caller.tenant)
    token = caller.backend.positions.sealed(CONSISTENCY, caller.tenant, str(position), bookmark)
    found = Snapshot(named(bookmark), token, sorted(_lists(caller)))
    return Response(msgspec.json.encode(found), media_type=JSON)


# --- Who, and what ------------------------------------------------------------------------


async def _admission(caller: Caller, asked_of: Named, *, is_open: bool) -> Admission:
    """Return by what right somebody listens, and to what: as their ticket says, if they have one."""
    if not is_open:
        admission: Admission = caller.request.scope[ADMITTED]
        if said := sorted({*caller.request.query_params} - OTHERS):
            raise wrong(said[0], "the ticket says what it is for")
        return admission
    wanted: Wanted = EVERYTHING
    if asked_of != Named():
        wanted = await in_thread(wanted_by)(caller=caller, named=asked_of)
    ends_at = caller.backend.ends(bearer(caller.request.scope))
    return Admission(principal=caller.principal, ends_at=ends_at, wanted=wanted)


def _latest(caller: Caller) -> Bookmark:
    return caller.backend.feed.latest(caller.tenant)


def _lists(caller: Caller) -> Iterator[str]:
    """Return the lists that they may read, and that need nothing said to be read."""
    for route in caller.request.app.routes:
        if isinstance(route, APIRoute) and _is_list(route) and _may(caller, permission_of(route)):
            yield route.path


def _is_list(route: APIRoute) -> bool:
    if route.deprecated or "{" in route.path:
        return False
    if not isinstance(said_of(route.endpoint).shape, Listed):
        return False
    return not any(each.field_info.is_required() for each in query_of(route))


def _may(caller: Caller, permission: str | None) -> bool:
    try:
        caller.principal.reach(permission or "")
    except PermissionMissing:
        return False
    return True


# --- Answering ----------------------------------------------------------------------------


def _written(page: Page) -> bytes:
    data = b",".join(each.json for each in page.happenings)
    rest = {"position": named(page.reached), "has_more": page.more}
    return b"".join([b'{"data":[', data, b"],", msgspec.json.encode(rest)[1:]])


async def unless_gone(request: Request, asked: Awaitable[T]) -> T:
    """Return what is asked; nobody waits for it any more once they have hung up. Raises ClientDisconnect."""
    answer = asyncio.ensure_future(asked)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise ClientDisconnect
        return await answer
    finally:
        answer.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
