"""The salon's sockets: what happens to its tables, in the shape in which its pages were told of their rows.

    {"eventType": "UPDATE", "schema": "public", "table": "appointments", "commit_timestamp": …,
     "new": {…}, "old": {"id": …}, "errors": null, "type": "booking.confirmed", "position": "17.5ca1…"}

`new` is the row as that event left it. `?after=` goes on behind a position, as the feed does; all else that is
said is said as there.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

import msgspec
from fastapi import APIRouter
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from api.backend import Backend
from api.feed.asked import Named
from api.feed.hub import reading
from api.feed.listener import Listener
from api.feed.socket import Said, Socket, spoken_by
from api.requests.reach import as_shown
from api.web.sockets import OLD_APPOINTMENTS, OLD_MESSAGES, OLD_NOTIFICATIONS
from application.feed import Happening
from application.permissions import Principal
from application.ports import Document
from domain.business.announcements import ANNOUNCEMENTS
from domain.sales.tasks import TASKS
from projections.conversations.messages import MESSAGES
from projections.conversations.threads import THREADS
from projections.people.clients import CLIENTS
from projections.read_model import ReadModel
from projections.records import RECORDS
from projections.sales.leads import LEADS
from projections.scheduling.bookings import BOOKINGS


class Table(NamedTuple):
    """What the salon called it, and what shows its rows."""

    name: str
    model: ReadModel


TABLES: Final = {
    "announcement": Table("announcements", RECORDS[ANNOUNCEMENTS.one]),
    "booking": Table("appointments", BOOKINGS),
    "client": Table("clients", CLIENTS),
    "lead": Table("leads", LEADS),
    "message": Table("messages", MESSAGES),
    "task": Table("tasks", RECORDS[TASKS.one]),
    "thread": Table("conversations", THREADS),
}
"""By the first word of a type."""

INSERTS: Final = frozenset(
    {
        "announcement.created",
        "announcement.restored",
        "booking.requested",
        "client.registered",
        "lead.opened",
        "lead.restored",
        "message.posted",
        "task.created",
        "task.restored",
        "thread.opened",
    }
)
DELETES: Final = frozenset(
    {
        "announcement.purged",
        "announcement.removed",
        "client.erased",
        "lead.purged",
        "lead.removed",
        "message.deleted",
        "task.purged",
        "task.removed",
    }
)
"""What of a table's is there, or there no longer: everything else changes a row."""

NOTIFYING: Final = frozenset({"announcement", "booking", "client", "message", "task"})
"""Areas of which a professional is notified, so far as they see them."""


class Change(msgspec.Struct, rename={"event_type": "eventType"}):
    """What became of a row."""

    event_type: str
    schema: str
    table: str
    commit_timestamp: Any
    new: Any
    old: Any
    errors: None
    type: str
    position: str


class OldSocket(Socket):
    """A connection that tells of what its path names."""

    __slots__ = ("_named",)

    says_the_same: ClassVar = False

    def __init__(
        self, named: Callable[[Scope], Named], scope: Scope, receive: Receive, send: Send
    ) -> None:
        super().__init__(scope, receive, send)
        self._named = named

    async def _asked(self) -> Said:
        query = parse_qs(self._scope["query_string"].decode("latin-1"))
        return Said(subscribe=self._named(self._scope), after=query.get("after", [None])[0])

    async def _shown(self, each: Happening, listener: Listener) -> bytes:
        """Read a row once, however many are told of it: clients may see less of it than others."""
        told = CHANGES.setdefault(each, {})
        principal = listener.principal
        if principal.is_client not in told:
            changed = _changed(self._backend, principal, each)
            told[principal.is_client] = asyncio.ensure_future(changed)
        return await asyncio.shield(told[principal.is_client])


Told = dict[bool, "asyncio.Future[bytes]"]
"""What clients are told of it, and what all others are."""

CHANGES: Final[WeakKeyDictionary[Happening, Told]] = WeakKeyDictionary()
"""By what happened, for as long as somebody is to be told of it."""


async def _changed(backend: Backend, principal: Principal, each: Happening) -> bytes:
    told = each.told
    table = TABLES[told.type.partition(".")[0]]
    what = _what(told.type)
    row: Document | None = None
    if what != "DELETE":
        ask = partial(backend.read_models.row_as_of, moment=each.bookmark.position)
        tenant = principal.tenant_id
        row = await reading(ask, tenant=tenant, model=table.model, key=told.subject)
    return msgspec.json.encode(
        Change(
            event_type=what,
            schema="public",
            table=table.name,
            commit_timestamp=told.occurred_at,
            new={} if row is None else msgspec.Raw(as_shown(principal, table.model, row.json)),
            old={} if what == "INSERT" else {"id": told.subject},
            errors=None,
            type=told.type,
            position=str(each.bookmark),
        )
    )


def _what(type_: str) -> str:
    if type_ in INSERTS:
        return "INSERT"
    return "DELETE" if type_ in DELETES else "UPDATE"


ASKED: Final[Mapping[str, Callable[[Scope], Named]]] = {
    OLD_APPOINTMENTS: lambda _: Named(areas=["booking"]),
    OLD_MESSAGES: lambda scope: Named(
        areas=["message", "thread"], thread=scope["path_params"]["thread_id"]
    ),
    OLD_NOTIFICATIONS: lambda _: Named(areas=sorted(NOTIFYING)),
}
"""What each path is about."""

router: Final = APIRouter(
    routes=[
        WebSocketRoute(path, spoken_by(partial(OldSocket, named))) for path, named in ASKED.items()
    ]
)
