"""Sends to one endpoint what is due, one after the other, for as long as its turn lasts.

Whoever does has the endpoint in their hands (`Taken`), and nobody else has: see `adapters/webhooks/sender.py`.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import uuid5

from application.feed import EVERYTHING, is_heard
from application.operations.jobs import Dispatch
from application.outgoing import Failed, Failure, Outcome, Outgoing, Request
from application.permissions import Principal, permissions_of
from application.ports import About, Clock
from application.transact import Past
from application.webhooks.deliveries import (
    Deliveries,
    Delivery,
    Happenings,
    Taken,
    again_at,
    body_of,
    has_arrived,
    headers_of,
    is_failing,
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
from domain.messages import DomainError
from domain.values import TenantId, UserId

TURN: Final = 2.0
"""Seconds after which others have their turn; an attempt that takes longer is the last of it."""

SLOW: Final = 1.0
"""Seconds. Who takes longer to answer is counted among those who do, and is in nobody else's way."""

BY_US: Final = "process/webhook-deliveries"

Ask = Callable[[str, Callable[[Past], Any]], Any]


class Delivering:
    """Has the turns of endpoints."""

    def __init__(
        self,
        ask: Ask,
        dispatch: Dispatch,
        happenings: Happenings,
        deliveries: Deliveries,
        outgoing: Outgoing,
        keyring: Keyring,
        clock: Clock,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._dispatch = dispatch
        self._happenings = happenings
        self._deliveries = deliveries
        self._outgoing = outgoing
        self._keyring = keyring
        self._clock = clock
        self._seconds = seconds

    def turn(self, taken: Taken, began: Callable[[], object] = lambda: None) -> None:
        """Send what is due to who is taken, and put them back. `began` is called before each attempt."""
        endpoint = self._endpoint(taken)
        end = self._sent(taken, endpoint, began) if endpoint else EndpointStatus.PAUSED
        if endpoint and end:
            self._stop(taken, end)
        self._deliveries.put_back(taken, rests=end is not None)

    def _endpoint(self, taken: Taken) -> WebhookEndpoint | None:
        """Return where to send to, if anything is sent there now."""
        record = self._ask(
            taken.tenant, lambda past: past.of(WEBHOOKS.aggregate, taken.endpoint_id)
        )
        endpoint: WebhookEndpoint | None = record.values if record.active else None
        return endpoint if endpoint and endpoint.status is EndpointStatus.ACTIVE else None

    def _sent(
        self, taken: Taken, endpoint: WebhookEndpoint, began: Callable[[], object]
    ) -> EndpointStatus | None:
        """Send until nothing is due, it fails, or others have their turn; return why no more is to be sent."""
        until, since = self._seconds() + TURN, taken.failing_since
        while (delivery := self._deliveries.next(taken, self._clock())) is not None:
            began()
            outcome = self._outcome(taken, delivery, endpoint)
            if outcome is not None:
                since = self._noted(taken, delivery, outcome)
                if is_gone(outcome):
                    return EndpointStatus.GONE
            if since is not None or self._seconds() >= until:
                break
        return EndpointStatus.FAILING if is_failing(since, self._clock()) else None

    def _outcome(
        self, taken: Taken, delivery: Delivery, endpoint: WebhookEndpoint
    ) -> Outcome | None:
        """Send one; return what came of it, if there was anything to be said."""
        happening = self._happenings.at(taken.tenant, delivery.bookmark)
        if happening is None or not is_heard(happening, _owner(taken.tenant), EVERYTHING):
            self._deliveries.untold(taken, delivery, self._clock())
            return None
        now = self._clock()
        as_of = endpoint.told_as_of or taken.made_at
        body = body_of(happening, thin=endpoint.thin, as_of=as_of)
        keys = self._keyring.signing(taken.tenant, delivery.endpoint_id, endpoint, now)
        headers = headers_of(delivery, keys, body, now)
        return self._outgoing.send(Request(url=endpoint.url, headers=headers, body=body))

    def _noted(self, taken: Taken, delivery: Delivery, outcome: Outcome) -> datetime | None:
        """Write down what came of it; return since when nothing arrives."""
        slow, now = _keeps_others_waiting(outcome), self._clock()
        if has_arrived(outcome):
            self._deliveries.arrived(taken, delivery, outcome, slow=slow, at=now)
            return None
        again = again_at(delivery, outcome, now)
        return self._deliveries.failed(taken, delivery, outcome, slow=slow, at=now, again=again)

    def _stop(self, taken: Taken, status: EndpointStatus) -> None:
        """Say in the log that no more is sent; who removed it meanwhile need not be told."""
        about = About(tenant=taken.tenant, actor=BY_US, command_id=uuid5(taken.claim, status))
        try:
            self._dispatch(StopWebhookEndpoint(id=taken.endpoint_id, status=status), about)
        except DomainError:
            return


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
