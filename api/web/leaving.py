"""An answer on its way out: what is large goes piece by piece, as fast as it is taken, and a process
holds no more than so many bytes of it, whoever does not take what they asked for.
"""

from typing import Final

from starlette.types import Message, Send

from api.web.shares import Shares

LARGE: Final = 65_536
"""Bytes above which an answer is counted: fewer are given to the connection at once."""

PIECE: Final = 262_144
"""Bytes that are given to the connection at a time."""

MOST_HELD: Final = 64_000_000
"""Bytes of large answers in the memory of one process, of all requests together."""


def is_large(message: Message) -> bool:
    """Whether a body has to be counted."""
    return len(message.get("body", b"")) > LARGE


class Departures:
    """Sends the bodies of all answers that are large."""

    def __init__(self) -> None:
        self._held = Shares(MOST_HELD, "answers")

    def refuse_too_many(self, party: str, message: Message) -> None:
        """Raise TooManyRequests for a large body that is too much together with those that wait."""
        self._held.refuse(party, len(message["body"]))

    async def send(self, party: str, message: Message, send: Send) -> None:
        """Send a large body; return when nearly all of it has been taken."""
        body = message["body"]
        self._held.hold(party, len(body))
        try:
            for begin in range(0, len(body), PIECE):
                piece = body[begin : begin + PIECE]
                await send({"type": message["type"], "body": piece, "more_body": True})
            await send({**message, "body": b""})
        finally:
            self._held.let_go(party, len(body))
