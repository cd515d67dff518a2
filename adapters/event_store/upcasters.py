"""Old shapes of events, lifted to new ones when they are read; what is stored stays as it is.

UPCASTERS = {"booking-requested.v1": to_v2}     where to_v2(json) -> ("booking-requested.v2", json)
"""

from collections.abc import Mapping
from typing import Any, Final

from adapters.event_store.mapper import Upcaster


def _same_as(newer: str) -> Upcaster:
    """What is new in it may be left out, or is only kept in another way."""

    def lift(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return newer, data

    return lift


def _renamed(newer: str, field: str, name: str) -> Upcaster:
    """A field has another name by now."""

    def lift(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return newer, {name if key == field else key: value for key, value in data.items()}

    return lift


def _template(newer: str) -> Upcaster:
    """A canned reply was a template in one language, without places to be filled in."""

    def lift(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        reply = data.get("values", {})
        language = "en" if str(reply.get("language")).startswith("en") else "fr"
        says = {language: {"text": reply.get("text", "")}}
        kept = {name: reply[name] for name in ("shortcut", "title") if name in reply}
        return newer, {**data, "values": {**kept, "says": says}}

    return lift


UPCASTERS: Final[Mapping[str, Upcaster]] = {
    # Whose a hold was nobody wrote down: it is the business's.
    "hold-placed.v1": _same_as("hold-placed.v2"),
    # Whether the client was welcome nobody asked: nothing was passed over.
    "booking-linked-to-client.v1": _same_as("booking-linked-to-client.v2"),
    # In which country a business is nobody wrote down.
    "tenant-registered.v1": _same_as("tenant-registered.v2"),
    "tenant-changed.v1": _same_as("tenant-changed.v2"),
    # Only clients were known by anything.
    "identity-claimed.v1": _renamed("identity-claimed.v2", "client_id", "owner"),
    "identity-released.v1": _renamed("identity-released.v2", "client_id", "owner"),
    # Templates have taken the place of canned replies.
    "reply-created.v1": _template("message-template-created.v1"),
    "reply-changed.v1": _template("message-template-changed.v1"),
    "reply-removed.v1": _same_as("message-template-removed.v1"),
    "reply-restored.v1": _same_as("message-template-restored.v1"),
    "reply-purged.v1": _same_as("message-template-purged.v1"),
    # These have become personal in part: see ONCE_IN_CLEAR.
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
