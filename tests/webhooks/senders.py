"""Senders that a test makes, with places, patience and clocks of their own."""

from typing import Any

from adapters.webhooks import Sender
from infra.composition.resources import sender_of
from tests.running import Running


def sender_with(running: Running, **how: Any) -> Sender:
    """Return one that is composed as the system's own is."""
    system = running.system
    return sender_of(
        system.settings,
        system.database,
        system.store,
        system.dispatch,
        system.feed,
        running.clock,
        system.advanced,
        **how,
    )
