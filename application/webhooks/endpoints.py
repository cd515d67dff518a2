"""Endpoints as they are typed: nothing is sent to addresses of ours, and of nothing nobody is told."""

from collections.abc import Callable
from functools import partial
from itertools import chain

from application.feed import AREAS, TYPES
from application.outgoing import AddressNotAllowed, Allowed, destination_of
from application.transact import Changes
from domain.business.webhooks import (
    WEBHOOKS,
    WebhookAddressNotAllowed,
    WebhookEndpoint,
    WebhookOfNothing,
)


def check_of(changes: Changes, allowed: Allowed) -> Callable[[], None] | None:
    """Return what refuses an endpoint that is made or changed to be of no use, if there is one."""
    events = chain.from_iterable(changes.values())
    typed = [
        each.values for each in events if isinstance(each, WEBHOOKS.created | WEBHOOKS.changed)
    ]
    return partial(_refuse_useless, typed, allowed) if typed else None


def _refuse_useless(typed: list[WebhookEndpoint], allowed: Allowed) -> None:
    for each in typed:
        unknown = sorted(({*each.types} - TYPES) | ({*each.areas} - AREAS))
        if unknown:
            raise WebhookOfNothing(unknown=unknown)
        try:
            destination_of(each.url, allowed)
        except AddressNotAllowed as refusal:
            raise WebhookAddressNotAllowed(reason=refusal.reason, ports=refusal.ports) from None
