"""Finds out whose events are to be published: a consumer of the log, as processes are.

It follows in the same log who has configured a server. So what happens from then on is published.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

from psycopg import Connection

from adapters import jobs
from adapters.consumers.delivery import Shapeless
from adapters.event_store.bookmarks import bookmarks_of
from adapters.keys import Key
from adapters.read_models.fold import Failure
from application.feed import told_classes
from application.ports import Clock, Recorded
from application.processes.effects.business import PublishEvents
from application.publishing.publishing import SERVER
from domain.business.configuration import ConfigurationChanged, ConfigurationRemoved
from domain.business.users import STORED_AS as OF_USERS
from domain.messages import Event

PUBLISH_EVENTS: Final = "publish-events"

BEGIN: Final = """
    INSERT INTO work.publishing (tenant_id, configuration_id, position, mark)
    VALUES (%(tenant)s, %(id)s, %(position)s, %(mark)s)
    ON CONFLICT (tenant_id) DO UPDATE SET configuration_id = excluded.configuration_id, again_at = NULL
"""
END: Final = "DELETE FROM work.publishing WHERE tenant_id = %s AND configuration_id = %s"

# Whoever begins to look sees all that has happened by then: that one waits to is enough, however long a server hangs.
# Another server is not kept waiting for what became of the one before.
UNSEEN: Final = """
    SELECT tenant_id::text FROM work.publishing server
    WHERE tenant_id = ANY(%(tenants)s::uuid[])
      AND (tenant_id = ANY(%(anew)s::uuid[]) OR NOT EXISTS (
        SELECT FROM work.jobs waiting
        WHERE waiting.tenant_id = server.tenant_id AND waiting.about = server.tenant_id::text
          AND waiting.kind = %(kind)s AND waiting.status = 'todo'
      ))
"""


class PublishingConsumer(Shapeless):
    """Orders that somebody looks what is to be published."""

    name = PUBLISH_EVENTS
    types: tuple[type[Event], ...] = tuple(
        {*told_classes(), *OF_USERS.values(), ConfigurationChanged, ConfigurationRemoved}
    )

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def handle(
        self, connection: Connection[Any], events: Sequence[Recorded], parked: AbstractSet[Key]
    ) -> list[Failure]:
        """Follow who has a server, and order for each of them that somebody looks, unless somebody is to already."""
        news = [past for past in events if isinstance(past.event, self.types)]
        last: dict[str, Recorded] = {}
        for past in news:
            if (past.tenant, past.stream) not in parked:
                _follow(connection, past)
                last[past.tenant] = past
        if last:
            anew = {past.tenant for past in news if isinstance(past.event, ConfigurationChanged)}
            values = {"tenants": sorted(last), "anew": sorted(anew), "kind": PUBLISH_EVENTS}
            rows = connection.execute(UNSEEN, values, prepare=True)
            jobs.enqueue(connection, [self._order(last[tenant]) for (tenant,) in rows])
        return []

    def _order(self, past: Recorded) -> jobs.NewJob:
        why = f"{past.tenant_position}/{past.metadata.get('id', past.position)}"
        return jobs.NewJob(
            tenant=past.tenant,
            order=PublishEvents(why=why),
            about=past.tenant,
            due_at=self._clock(),
            dedupe_key=f"{PUBLISH_EVENTS}/{past.tenant}/{why}",
            process=PUBLISH_EVENTS,
            caused_by=past.position,
        )


def _follow(connection: Connection[Any], past: Recorded) -> None:
    match past.event:
        case ConfigurationChanged(id=id_, key=key) if key == SERVER:
            place = past.tenant_position
            mark = bookmarks_of(connection, past.tenant, [place])[place].mark
            values = {"tenant": past.tenant, "id": id_, "position": place, "mark": mark}
            connection.execute(BEGIN, values, prepare=True)
        case ConfigurationRemoved(id=id_):
            connection.execute(END, (past.tenant, id_), prepare=True)
        case _:
            pass
