"""Lanes: what may be slow stands in a line of its own, and is carried out by threads of its own.

commands   ourselves: a hold runs out, a guest becomes a client
mails      the mail server
operations long work, turn by turn
files      bytes of files: a scanner, and pictures, which take a second of a core
effects    whatever else is done outside of the log
media      what people have sent on other channels, which may be large, and slow to be had
messages   whoever carries messages on other channels
inbound    ourselves again: what providers have sent, and they may send ten thousand calls at once
payments   whoever takes payments
publishing Pusher servers, of which each business may have its own
"""

from collections.abc import Mapping
from typing import Final

COMMANDS: Final = "commands"

AT_ONCE: Final[Mapping[str, int]] = {
    COMMANDS: 2,
    "effects": 2,
    "files": 1,
    "inbound": 2,
    "mails": 4,
    "media": 2,
    "messages": 16,
    "operations": 2,
    "payments": 2,
    "publishing": 4,
}
"""How many of each one process carries out at once: so many a provider that hangs can hold up, and
none of any other lane."""

LANES: Final = tuple(AT_ONCE)

APART: Final = frozenset({"messages", "publishing"})
"""Lanes in which what hangs may hang for one business alone: it is left to a part of the threads, see `shares.py`."""
