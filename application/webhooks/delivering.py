"""Sends to one endpoint what is due, one after the other, for as long as its turn lasts.

One job at a time has an endpoint in its hands: the ordering key sees to that. What it has to send stands in
a table of its own; jobs only say when to look.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from application.feed import EVERYTHING, is_heard
from application.operations.jobs import Handled, Handlers, Job, Ordered, Skipped, Unfinished
from application.outgoing import Failed, Failure, Outcome, Outgoing, Request
from application.permissions import Principal, permissions_of
from application.ports import Clock
from application.processes.effects import AboutEndpoint, DeliverSlowly, DeliverWebhooks
from application.processes.process import Do
from application.transact import Past
from application.webhooks.deliveries import (
    FAILING,
    Deliveries,
    Delivery,
    Happenings,
    Room,
    again_at,
    body_of,
    has_arrived,
    headers_of,
    is_gone,
)
from application.webhooks.keys import Keyring
from domain.business.users import Role
from domain.business.webhooks import (
    WEBHOOKS,
    EndpointStatus,
    StopWebhookEndpoint,
    WebhookEndpoint,
)
from domain.values import TenantId, UserId

TURN: Final = 2.0
"""Seconds after which others have their turn; an attempt that takes longer is the last of it."""

SLOW: Final = 2.0
"""Seconds. Who takes longer to answer is sent to with others who do, and is in nobody else's way."""

NO_ROOM: Final = Unfinished(pause=1.0)
NOT_NOW: Final = Skipped("it is not sent to at present")

Ask = Callable[[str, Callable[[Past], Any]], Any]


class Delivering:
    """Handles the effects by which something is sent."""

    def __init__(
        self,
        ask: Ask,
        happenings: Happenings,
        deliveries: Deliveries,
        outgoing: Outgoing,
        keyring: Keyring,
        clock: Clock,
        rooms: Callable[[], Room],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._happenings = happenings
        self._deliveries = deliveries
        self._outgoing = outgoing
        self._keyring = keyring
        self._clock = clock
        self._rooms: Mapping[type[AboutEndpoint], Room] = {
            DeliverWebhooks: rooms(),
            DeliverSlowly: rooms(),
        }
        self._seconds = seconds

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {DeliverWebhooks: self.deliver, DeliverSlowly: self.deliver}

    def deliver(self, effect: AboutEndpoint, job: Job) -> Handled:
        """Send what is due, in the lane that an endpoint belongs to."""
        id_ = effect.endpoint_id
        endpoint, standing = self._endpoint(job.tenant, id_), self._deliveries.standing(id_)
        if endpoint is None or standing is None:
            return NOT_NOW
        if standing.slow and type(effect) is DeliverWebhooks:
            return Ordered((Do(DeliverSlowly(endpoint_id=id_, why=str(job.id)), about=id_),))
        with self._rooms[type(effect)].taken(job.tenant) as has_room:
            return self._turn(effect, endpoint, job) if has_room else NO_ROOM

    def _endpoint(self, tenant: str, id_: str) -> WebhookEndpoint | None:
        """Return where to send to, if anything is sent there now."""
        record = self._ask(tenant, lambda past: past.of(WEBHOOKS.aggregate, id_))
        endpoint: WebhookEndpoint | None = record.values if record.active else None
        return endpoint if endpoint and endpoint.status is EndpointStatus.ACTIVE else None

    def _turn(self, effect: AboutEndpoint, endpoint: WebhookEndpoint, job: Job) -> Handled:
        id_, until = effect.endpoint_id, self._seconds() + TURN
        while (delivery := self._deliveries.next(id_, self._clock())) is not None:
            failed = self._failed(delivery, endpoint, job)
            if isinstance(failed, EndpointStatus):
                return StopWebhookEndpoint(id=id_, status=failed)
            if failed or self._seconds() >= until:
                return Unfinished()
        again = self._deliveries.next_at(id_)
        if again is None:
            return None
        order = type(effect)(endpoint_id=id_, why=again.isoformat())
        return Ordered((Do(order, about=id_, at=again),))

    def _failed(
        self, delivery: Delivery, endpoint: WebhookEndpoint, job: Job
    ) -> EndpointStatus | bool:
        """Send one; return whether that failed, or why no more is sent."""
        happening = self._happenings.at(job.tenant, delivery.bookmark)
        if happening is None or not is_heard(happening, _owner(job.tenant), EVERYTHING):
            self._deliveries.untold(delivery, self._clock())
            return False
        now = self._clock()
        body = body_of(happening, thin=endpoint.thin)
        keys = self._keyring.signing(job.tenant, delivery.endpoint_id, endpoint, now)
        headers = headers_of(delivery, keys, body, now)
        outcome = self._outgoing.send(Request(url=endpoint.url, headers=headers, body=body))
        return self._noted(delivery, outcome, self._clock())

    def _noted(self, delivery: Delivery, outcome: Outcome, now: datetime) -> EndpointStatus | bool:
        slow = _keeps_others_waiting(outcome)
        if has_arrived(outcome):
            self._deliveries.arrived(delivery, outcome, slow=slow, at=now)
            return False
        again = again_at(delivery, outcome, now)
        standing = self._deliveries.failed(delivery, outcome, slow=slow, at=now, again=again)
        if is_gone(outcome):
            return EndpointStatus.GONE
        since = standing.failing_since
        return EndpointStatus.FAILING if since and now - since >= FAILING else True


def _owner(tenant: str) -> Principal:
    """Return who hears all that a business hears."""
    return Principal(
        tenant_id=TenantId(tenant),
        user_id=UserId("webhooks"),
        roles=(Role.OWNER,),
        permissions=permissions_of((Role.OWNER,)),
        session_id="",
    )


def _keeps_others_waiting(outcome: Outcome) -> bool:
    too_slow = isinstance(outcome, Failed) and outcome.why is Failure.TOO_SLOW
    return too_slow or outcome.seconds > SLOW
