"""The salon's sockets: what happens to its tables, in the shape in which its pages were told of their rows.

    {"eventType": "UPDATE", "schema": "public", "table": "appointments", "commit_timestamp": …,
     "new": {…}, "old": {"id": …}, "errors": null, "type": "booking.confirmed", "position": "17.5ca1…"}

`new` is the row as that event left it. `?after=` goes on behind a position, as the feed does; all else that is
said is said as there.
"""

import asyncio
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

import msgspec
from fastapi import APIRouter
from starlette.routing import WebSocketRoute

from api.backend import Backend
from api.feed.asked import Named
from api.feed.hub import reading
from api.feed.listener import Listener
from api.feed.socket import Said, Socket, spoken_by
from api.web.sockets import OLD_APPOINTMENTS, OLD_MESSAGES, OLD_NOTIFICATIONS
from application.feed import Happening
from application.ports import Document
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
        "client.erased",
        "lead.purged",
        "lead.removed",
        "message.deleted",
        "task.purged",
        "task.removed",
    }
)
"""What of a table's is there, or there no longer: everything else changes a row."""

NOTIFYING: Final = frozenset({"booking", "client", "message", "task"})
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
    """A connection that tells of one thing, which its path names."""

    __slots__ = ()

    async def _asked(self) -> Said:
        query = parse_qs(self._scope["query_string"].decode("latin-1"))
        return Said(subscribe=self._named(), after=query.get("after", [None])[0])

    def _named(self) -> Named:
        """Return what the path is about."""
        raise NotImplementedError

    async def _shown(self, each: Happening, listener: Listener) -> bytes:
        """Read a row once, however many are told of it."""
        if each not in CHANGES:
            changed = _changed(self._backend, listener.tenant, each)
            CHANGES[each] = asyncio.ensure_future(changed)
        return await asyncio.shield(CHANGES[each])


class Appointments(OldSocket):
    """What becomes of appointments."""

    __slots__ = ()

    def _named(self) -> Named:
        return Named(areas=["booking"])


class Messages(OldSocket):
    """What is said and read in one conversation."""

    __slots__ = ()

    def _named(self) -> Named:
        return Named(areas=["message", "thread"], thread=self._scope["path_params"]["thread_id"])


class Notifications(OldSocket):
    """What a professional would look at."""

    __slots__ = ()

    def _named(self) -> Named:
        return Named(areas=sorted(NOTIFYING))


CHANGES: Final[WeakKeyDictionary[Happening, "asyncio.Future[bytes]"]] = WeakKeyDictionary()
"""By what happened, for as long as somebody is to be told of it."""


async def _changed(backend: Backend, tenant: str, each: Happening) -> bytes:
    told = each.told
    table = TABLES[told.type.partition(".")[0]]
    what = _what(told.type)
    row: Document | None = None
    if what != "DELETE":
        ask = partial(backend.read_models.row_as_of, moment=each.bookmark.position)
        row = await reading(ask, tenant=tenant, model=table.model, key=told.subject)
    return msgspec.json.encode(
        Change(
            event_type=what,
            schema="public",
            table=table.name,
            commit_timestamp=told.occurred_at,
            new={} if row is None else msgspec.Raw(row.json),
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


SOCKETS: Final = {
    OLD_APPOINTMENTS: Appointments,
    OLD_MESSAGES: Messages,
    OLD_NOTIFICATIONS: Notifications,
}

router: Final = APIRouter(
    routes=[WebSocketRoute(path, spoken_by(kind)) for path, kind in SOCKETS.items()]
)
