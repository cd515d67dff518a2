"""Where WebSockets are spoken, and nowhere else; and what is said there as it goes over the wire."""

import re
from collections.abc import Callable
from typing import Final

FEED: Final = "/v1/feed/ws"
REALTIME: Final = "/app/{key}"
OLD_APPOINTMENTS: Final = "/ws/appointments"
OLD_MESSAGES: Final = "/ws/messages/{thread_id}"
OLD_NOTIFICATIONS: Final = "/ws/notifications"

_PATHS: Final = (FEED, REALTIME, OLD_APPOINTMENTS, OLD_MESSAGES, OLD_NOTIFICATIONS)
_is_one: Final = re.compile(
    "|".join(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) for path in _PATHS)
).fullmatch


def speaks_socket(path: str) -> bool:
    """Whether a WebSocket may be opened there."""
    return _is_one(path) is not None


AT_ONCE: Final = "frontdesk.at-once"
"""Among the extensions of a connection's scope: what writes a frame at once, if the other side takes it."""

AtOnce = Callable[[bytes], bool]
"""Writes a frame without waiting; returns whether it was written."""

TEXT: Final = b"\x81"
"""Begins a frame that is a whole message of text (RFC 6455, section 5.2)."""

SHORT, LONG = 126, 65_536


def frame_of(text: bytes) -> bytes:
    """Return a message as it goes over the wire: the same for whoever hears it, so it is made once.

    >>> frame_of(b"Hello").hex(" ")
    '81 05 48 65 6c 6c 6f'
    """
    size = len(text)
    if size < SHORT:
        return TEXT + size.to_bytes() + text
    if size < LONG:
        return b"%b\x7e%b%b" % (TEXT, size.to_bytes(2), text)
    return b"%b\x7f%b%b" % (TEXT, size.to_bytes(8), text)
