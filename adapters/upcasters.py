"""Old shapes of events, lifted to new ones when they are read; what is stored stays as it is.

UPCASTERS = {"booking-requested.v1": to_v2}     where to_v2(json) -> ("booking-requested.v2", json)
"""

from collections.abc import Mapping
from typing import Any, Final

from adapters.event_store.mapper import Upcaster


def _hold_placed_v2(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Whose a hold was nobody wrote down: it is the business's."""
    return "hold-placed.v2", data


def _linked_v2(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Whether the client was welcome nobody asked: nothing was passed over."""
    return "booking-linked-to-client.v2", data


def _same_as(newer: str) -> Upcaster:
    """Nothing in it has changed but what is personal: see ONCE_IN_CLEAR."""

    def lift(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return newer, data

    return lift


UPCASTERS: Final[Mapping[str, Upcaster]] = {
    "hold-placed.v1": _hold_placed_v2,
    "booking-linked-to-client.v1": _linked_v2,
    "booking-requested.v1": _same_as("booking-requested.v2"),
    "client-registered.v1": _same_as("client-registered.v2"),
    "client-changed.v1": _same_as("client-changed.v2"),
}

ONCE_IN_CLEAR: Final[Mapping[str, str]] = {
    "booking-requested.v1": "booking_type",
    "client-registered.v1": "strategy_id",
    "client-changed.v1": "strategy_id",
}
"""What is personal now and was recorded in the clear before: it stays so in the log, and reads as
erased with the rest. Whoever erases says it.
"""
