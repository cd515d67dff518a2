"""Histories that say of one person whatever can be said of any, found from what events declare."""

from typing import Any, Final, get_args, get_type_hints
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from application.ports import About
from domain.aggregate import Aggregate
from domain.business.users import USER, Role, UserClientsSettled, UserLinkedToClient
from domain.conversations.messages import MESSAGE
from domain.conversations.scheduled import SCHEDULED
from domain.conversations.threads import THREAD
from domain.messages import Event
from domain.money.payments import PAYMENT
from domain.people.clients import CLIENT, ClientErased
from domain.sales.leads import LEAD
from domain.sales.submissions import SUBMISSION
from domain.scheduling.bookings import BOOKING
from domain.scheduling.series import SERIES
from domain.values import ClientId
from tests.planted import Planted
from tests.running import Running

AGGREGATES: Final[dict[str, Aggregate[Any, Any]]] = {
    "client": CLIENT,
    "booking": BOOKING,
    "series": SERIES,
    "user": USER,
    "lead": LEAD,
    "submission": SUBMISSION,
    "thread": THREAD,
    "message": MESSAGE,
    "scheduled": SCHEDULED,
    "payment": PAYMENT,
}
"""Of whatever may speak of a client."""


def say_everything(running: Running, planted: Planted) -> dict[str, str]:
    """Record of one client whatever can be; return the streams that speak of them, by kind."""
    names = {kind: f"{kind}-{uuid4()}" for kind in AGGREGATES}
    for kind, stream in names.items():
        record(running, kind, stream, planted_history(kind, planted, names))
    return names


def planted_history(kind: str, planted: Planted, names: dict[str, str]) -> list[Event]:
    """Return one of each event that moves this aggregate and has something personal in it."""
    _, moves, *_ = get_type_hints(AGGREGATES[kind].evolve).values()
    history = []
    for event in (each for each in get_args(moves) if each is not ClientErased):
        before = len(planted.secrets)
        value = planted.value(event)
        if len(planted.secrets) > before or ClientId in hints(event):
            history.append(about(value, names))
    return history


def about(event: Any, names: dict[str, str]) -> Any:
    """Let an event speak of these streams."""
    known = {f.name for f in msgspec.structs.fields(event)}
    changes: dict[str, Any] = {f"{k}_id": v for k, v in names.items() if f"{k}_id" in known}
    changes |= {field: names["client"] for field in ("into", "source", "other") if field in known}
    if "appointment" in known:
        changes["appointment"] = replace(event.appointment, client_id=names["client"])
    if "roles" in known:
        changes["roles"] = (Role.CLIENT,)
    if isinstance(event, UserClientsSettled):
        changes["others"] = (names["client"],)
    if isinstance(event, UserLinkedToClient):
        changes["previous"] = names["client"]
    return replace(event, **changes)


def record(running: Running, kind: str, stream: str, events: list[Event]) -> None:
    by = About(tenant=running.tenant, actor="user-1", command_id=uuid4())
    with running.system.store.view(by) as view:
        view.of(AGGREGATES[kind], stream)
        running.system.store.append(view, {stream: events}, by)


def hints(kind: Any) -> set[Any]:
    """Return all types that a declaration is made of."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        inner = [h for k in get_type_hints(kind, include_extras=True).values() for h in hints(k)]
        return {kind, *inner}
    return {kind, *(h for each in get_args(kind) for h in hints(each))}
