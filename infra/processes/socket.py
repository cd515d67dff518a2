"""A WebSocket as it comes over the wire: spoken by the library, within our bounds."""

import asyncio
import logging
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from api.web.sockets import AT_ONCE
from infra.processes.connections import Connections

MOST_SAID: Final = 16_384
"""Bytes of one message."""

PING: Final = 20.0
"""Seconds after which it is asked whether somebody is there, and for which an answer is waited for."""

MOST_MISSED: Final = 2
"""Pings that nobody answered, after which nobody is there."""

PATIENCE: Final = 30.0
"""Seconds for which whoever listens may take nothing of what is there for them."""

log: Final = logging.getLogger("frontdesk.sockets")
log.setLevel(logging.WARNING)
"""What the library would note of each says with which ticket it came."""


class WebSocket(WebSocketsSansIOProtocol):
    """One connection, of which the head has been read already."""

    def __init__(self, *arguments: Any, connected: Connections) -> None:
        super().__init__(*arguments)
        self.logger = self.conn.logger = log
        self.conn.debug = False
        self._connected = connected
        self._missed = 0
        self._given_up: asyncio.TimerHandle | None = None

    def handle_connect(self, event: Any) -> None:
        """Let whoever speaks here hand over frames."""
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][AT_ONCE] = self.write_at_once  # type: ignore[assignment] # ours

    def write_at_once(self, frame: bytes) -> bool:
        """Write what is a frame already, if the other side takes what was sent before; return whether that was
        done.
        """
        is_taken = self.writable.is_set() and not (self.close_sent or self.transport.is_closing())
        if is_taken:
            self.transport.write(frame)
        return is_taken

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another."""
        self._wait_no_more()
        self._connected.go(self.client)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait until the other side takes what was sent, but not for ever."""
        super().pause_writing()
        self._given_up = self.loop.call_later(PATIENCE, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._wait_no_more()

    def handle_pong(self, event: Any) -> None:
        """Hear that somebody is there."""
        self._missed = 0
        super().handle_pong(event)

    def keepalive_timeout(self) -> None:
        """Ask once more, before it is taken that nobody is there."""
        self._missed += 1
        if self._missed < MOST_MISSED:
            self.pong_timer = None
            self.send_keepalive_ping()
        else:
            super().keepalive_timeout()

    def _wait_no_more(self) -> None:
        if self._given_up is not None:
            self._given_up.cancel()
            self._given_up = None
