"""Where WebSockets are spoken, and nowhere else."""

import re
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
