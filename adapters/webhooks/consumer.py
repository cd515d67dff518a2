"""Finds out which endpoints are to be told of what: a consumer of the log, as processes are.

It follows endpoints in the same log. So an endpoint is told of what happens after it was made or restored,
and of what its filters said at that moment; what is not sent while it is paused waits.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import msgspec
from psycopg import Connection

from adapters.consumers.delivery import Shapeless
from adapters.event_store.bookmarks import bookmarks_of
from adapters.keys import Key
from adapters.read_models.fold import Failure
from application.feed import Wanted, told_classes
from application.ports import Clock, Recorded
from domain.business.webhooks import (
    WEBHOOKS,
    EndpointStatus,
    WebhookEndpoint,
    WebhookEndpointResumed,
    WebhookEndpointStopped,
    WebhookEndpointTested,
)
from domain.catalogue import TOLD_AS
from domain.messages import Event
from domain.records import Purged, Removed, Restored

WEBHOOK_DELIVERIES: Final = "webhook-deliveries"

OF_TENANTS: Final = """
    SELECT tenant_id::text, id, types, areas FROM work.webhooks
    WHERE in_use AND tenant_id = ANY(%s::uuid[])
"""
KNOW: Final = """
    INSERT INTO work.webhooks (id, tenant_id, types, areas, active, made_at)
    VALUES (%(id)s, %(tenant)s, %(types)s, %(areas)s, %(active)s, %(at)s)
    ON CONFLICT (id) DO UPDATE SET
        types = excluded.types, areas = excluded.areas, active = excluded.active,
        failing_since = NULL
"""
STOP: Final = "UPDATE work.webhooks SET active = false WHERE id = %(id)s"
RESUME: Final = "UPDATE work.webhooks SET active = true, failing_since = NULL WHERE id = %(id)s"
USE: Final = "UPDATE work.webhooks SET in_use = %(in_use)s WHERE id = %(id)s"

# One after the other, so that two that wake the same do not wait for each other.
WAKE: Final = """
    WITH meant AS MATERIALIZED (
        SELECT id FROM work.webhooks WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE work.webhooks woken SET look_at = least(look_at, %s::timestamptz)
    FROM meant WHERE woken.id = meant.id
"""
FORGET: Final = "DELETE FROM work.webhooks WHERE id = %(id)s"

# What comes after something that is put off is put off as long.
PLAN: Final = """
    INSERT INTO work.webhook_deliveries (
        endpoint_id, position, mark, tenant_id, type, entity, sequence, next_at
    )
    SELECT new.endpoint_id, new.position, new.mark, new.tenant_id, new.type, new.entity,
        new.sequence, greatest(%(now)s::timestamptz, (
            SELECT max(next_at) FROM work.webhook_deliveries earlier
            WHERE earlier.endpoint_id = new.endpoint_id AND earlier.entity = new.entity
              AND earlier.state = 'pending'
        ))
    FROM json_to_recordset(%(deliveries)s::json) AS new(
        endpoint_id text, position bigint, mark text, tenant_id uuid, type text, entity text,
        sequence integer
    )
    ON CONFLICT DO NOTHING
"""


class WebhookConsumer(Shapeless):
    """Plans what is sent, and says that somebody is to look."""

    name = WEBHOOK_DELIVERIES
    types: tuple[type[Event], ...] = tuple({*told_classes(), *WEBHOOKS.events.values()})

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def handle(
        self, connection: Connection[Any], events: Sequence[Recorded], parked: AbstractSet[Key]
    ) -> list[Failure]:
        """Plan what is to be told of each event, to whom."""
        told = [e for e in events if isinstance(e.event, self.types)]
        told = [each for each in told if (each.tenant, each.stream) not in parked]
        if not told:
            return []
        planning = _Planning(connection, {past.tenant for past in told})
        for past in told:
            planning.hear(past)
        planning.write(self._clock())
        return []


class _Planning:
    """What is found out of one batch."""

    def __init__(self, connection: Connection[Any], tenants: AbstractSet[str]) -> None:
        self._connection = connection
        self._known: dict[str, dict[str, Wanted]] = defaultdict(dict)
        self._plans: dict[str, list[tuple[str, Recorded]]] = defaultdict(list)
        self._woken: set[str] = set()
        self._look(tenants)

    def hear(self, past: Recorded) -> None:
        """Note an event: whoever it is about knows of themselves from here on."""
        if isinstance(past.event, tuple(WEBHOOKS.events.values())):
            self._follow(past)
        telling = TOLD_AS.get(type(past.event)) if past.event else None
        if telling is None:
            return
        for id_, wanted in self._known[past.tenant].items():
            if wanted.includes(telling.type) or _is_meant(past, id_):
                self._plans[past.tenant].append((id_, past))
                self._woken.add(id_)

    def write(self, now: Any) -> None:
        """Put it into the tables, and wake whoever sends."""
        rows = [row for tenant in self._plans for row in self._rows(tenant)]
        if rows:
            values = {"now": now, "deliveries": msgspec.json.encode(rows).decode()}
            self._connection.execute(PLAN, values, prepare=True)
        if self._woken:
            self._connection.execute(WAKE, (sorted(self._woken), now), prepare=True)

    def _look(self, tenants: AbstractSet[str]) -> None:
        """Find out who is there already."""
        rows = self._connection.execute(OF_TENANTS, (sorted(tenants),), prepare=True)
        for tenant, id_, types, areas in rows:
            self._known[tenant][id_] = Wanted(types=tuple(types), areas=tuple(areas))

    def _follow(self, past: Recorded) -> None:
        """Take over what an event says of an endpoint."""
        id_, event = past.stream, past.event
        if isinstance(event, WEBHOOKS.created | WEBHOOKS.changed):
            self._learn(past, id_, event.values)
        elif isinstance(event, WebhookEndpointStopped):
            self._set(STOP, id_)
        elif isinstance(event, WebhookEndpointResumed):
            self._set(RESUME, id_)
            self._woken.add(id_)
        elif isinstance(event, Removed):
            self._set(USE, id_, in_use=False)
            self._known[past.tenant].pop(id_, None)
        elif isinstance(event, Restored):
            self._set(USE, id_, in_use=True)
            self._woken.add(id_)
            self._look({past.tenant})
        elif isinstance(event, Purged):
            self._set(FORGET, id_)

    def _learn(self, past: Recorded, id_: str, values: WebhookEndpoint) -> None:
        active = values.status is EndpointStatus.ACTIVE
        said = {"types": [*values.types], "areas": [*values.areas], "active": active}
        known = {"id": id_, "tenant": past.tenant, "at": past.recorded_at}
        self._connection.execute(KNOW, {**known, **said}, prepare=True)
        self._known[past.tenant][id_] = Wanted(types=values.types, areas=values.areas)
        self._woken.add(id_)

    def _set(self, statement: str, id_: str, **values: Any) -> None:
        self._connection.execute(statement.encode(), {"id": id_, **values})

    def _rows(self, tenant: str) -> list[Mapping[str, Any]]:
        plans = self._plans[tenant]
        places = {past.tenant_position for _, past in plans}
        marks = bookmarks_of(self._connection, tenant, sorted(places))
        return [
            {
                "endpoint_id": id_,
                "position": past.tenant_position,
                "mark": marks[past.tenant_position].mark,
                "tenant_id": tenant,
                "type": TOLD_AS[type(past.event)].type,  # type: ignore[index,union-attr]
                "entity": _ordered_with(past),
                "sequence": past.version,
            }
            for id_, past in plans
        ]


def _ordered_with(past: Recorded) -> str:
    """Return what it happened to: of a part of something, that."""
    telling = TOLD_AS.get(type(past.event)) if past.event else None
    within = telling.within if telling else None
    return past.stream if within is None else str(getattr(past.event, within))


def _is_meant(past: Recorded, id_: str) -> bool:
    """Whether an endpoint is told whatever it wants to be told of."""
    return isinstance(past.event, WebhookEndpointTested) and past.stream == id_
