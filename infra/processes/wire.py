"""Requests as they come over the wire: read by uvicorn, up to a bound, and refused in our form.

What is refused was not begun, and what was begun is answered: answers keep the order of what was
asked, refusals too. A request begins when its head has come, and the edge waits for all of it.
"""

import asyncio
from functools import partial
from typing import Any, Final

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.feed.socket import SOCKETS
from api.problems.refusals import (
    ChunksTooSmall,
    HeadTooLarge,
    MethodNotAllowed,
    RequestTooSlow,
    RequestUnreadable,
    TooManyRequests,
)
from api.web.edge import refusing
from domain.messages import DomainError
from infra.processes.connections import Connections
from infra.processes.fair_queue import FairQueue
from infra.processes.socket import WebSocket

MOST_HEAD: Final = 65_536
"""Bytes of a request line and its headers; of trailers, too, and of what stands between chunks.
uvicorn's parser would take them without end.
"""

MOST_HEADERS: Final = 100
"""Of one request, with its trailers. Each costs about as much memory as 150 bytes more would."""

MOST_IN_LINE: Final = 100
"""Requests of one connection that wait for the answer to another."""

MOST_PATH: Final = 2_048
"""Bytes of a path: to read it takes a step for each."""

USUAL_CHUNK: Final = 16
"""Bytes of a chunk. To read one of a single byte takes as long."""

MOST_LACKING: Final = 8_192
"""Bytes that the chunks of a body may lack, all together."""

MOST_UNHEARD: Final = 8_000_000
"""Bytes of a body that are let pass after its answer: many read the answer only when they are done."""

PATIENCE: Final = 30.0
"""Seconds for which whoever asked may take nothing of an answer that is there for them: it is held for
them in the memory of the process.
"""

HEAD_PATIENCE: Final = 10.0
"""Seconds from the first byte of a head to its last, and for which whoever connects may say nothing. No
proxy and no browser takes so long; who does holds a connection and what was sent.
"""

BODY_PATIENCE: Final = 60.0
"""Seconds from the last byte of a head to the last of its body: for the largest, 17 KB a second."""

BETWEEN: Final = 4
"""Bytes in a header beside its name and value."""

UNREAD: Final = frozenset({b"cookie"})
"""Headers that mean nothing here. The framework reads cookies all the same, and before Python 3.11.10
and 3.12.6 each of 60 KB for five seconds.
"""

CHUNKED: Final = b"transfer-encoding"

TUNNEL: Final = b"CONNECT"
"""What follows it is no request, and cannot be refused as one."""


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self, *arguments: Any, connected: Connections, queue: FairQueue, **more: Any
    ) -> None:
        super().__init__(*arguments, **more)
        self.access_log = False  # addresses may say what is nobody's business, as tickets do
        self._connected = connected
        self._queue = queue
        self._came = False
        self._handed_over = False
        self._begun = False
        self._in_head = True
        self._head = 0
        self._headers = 0
        self._gained = False
        self._idle = 0
        self._unheard = 0
        self._chunked = False
        self._lacking = 0
        self._running: RequestResponseCycle | None = None
        self._why: DomainError | None = None
        self._refused = False
        self._given_up: asyncio.TimerHandle | None = None
        self._due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, if there is room for one more."""
        super().connection_made(transport)
        self._came = self._connected.come(self.client)
        if self._came:
            self._await_the_end()
        else:
            transport.abort()

    def pause_writing(self) -> None:
        """Wait until the other side takes what was sent, but not for ever."""
        super().pause_writing()
        self._given_up = self.loop.call_later(PATIENCE, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._wait_no_more()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        self._in_time()
        if self._came:
            self._connected.go(self.client)
        self.pipeline.clear()
        if self._running is not None:  # the library knows of what was asked last, only
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        start = partial(super()._start_asgi_task, cycle, app)
        self._queue.begin(self.loop, lambda: self._connected.address_of(cycle.scope), start)

    def _wait_no_more(self) -> None:
        if self._given_up is not None:
            self._given_up.cancel()

    # --- Waiting for what is sent -------------------------------------------------------------

    def _await_the_end(self) -> None:
        """Wait for the end of what has begun, and for the beginning of what has not."""
        if self._due is None and not self._refused and (self._begun or not self._answering()):
            patience = HEAD_PATIENCE if self._in_head else BODY_PATIENCE
            self._due = self.loop.call_later(patience, self._too_late)

    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _in_time(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def on_response_complete(self) -> None:
        """Give what has begun its time anew: nobody read on while something else was answered."""
        super().on_response_complete()
        if self._begun and not self.transport.is_closing():
            self._in_time()
            self._await_the_end()

    def _too_late(self) -> None:
        """Refuse what has not come to its end, unless it was us who did not read on."""
        self._due = None
        if self.flow.read_paused:
            self._await_the_end()
        elif self._begun:
            self._refuse(RequestTooSlow())
        else:
            self.transport.close()

    # --- Reading ------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Read on. Who goes on sending after a refusal is not heard."""
        if self._refused or self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        self._gained = False
        try:
            self._read(data)
        except HttpParserError:
            self._refuse(self._why or RequestUnreadable())
            return
        if self._handed_over:
            return
        self._idle = 0 if self._gained else self._idle + len(data)
        if self._idle > MOST_HEAD:
            self._refuse(HeadTooLarge(most_bytes=MOST_HEAD, most_headers=MOST_HEADERS))
        else:
            self._await_the_end()

    def _read(self, data: bytes) -> None:
        """Speak WebSocket with whoever asks for it where we do, and ignore that somebody would like to speak
        another protocol elsewhere (RFC 9110, 7.8). The parser cannot: it takes what follows the head for
        the other protocol, the body of the request, too.
        """
        while True:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                rest = data[upgrade.args[0] :]
                if self._is_for_socket():
                    self._hand_over(self._head_again() + rest)
                    return
                data = self._head_again(but=b"upgrade") + rest
                self.parser = HttpRequestParser(self)
            else:
                return

    def _head_again(self, but: bytes = b"") -> bytes:
        """Return a head as it was read, to be read anew by somebody who has not stopped."""
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        lines = [b"%b: %b" % header for header in self.headers if header[0] != but]
        return b"\r\n".join([b"%b %b HTTP/%b" % (method, self.url, version), *lines, b"", b""])

    def _is_for_socket(self) -> bool:
        """Whether a WebSocket is asked for, where there are any, and nothing else is being answered."""
        asked = [value.lower() for name, value in self.headers if name == b"upgrade"]
        path = self.url.partition(b"?")[0].decode("latin-1")
        return asked == [b"websocket"] and path in SOCKETS and not self._answering()

    def _hand_over(self, head: bytes) -> None:
        """Let somebody else go on with the connection, who reads the head again."""
        self._in_time()
        self._handed_over, self._came = True, False
        self.connections.discard(self)
        arguments = (self.config, self.server_state, self.app_state, self.loop)
        socket = WebSocket(*arguments, connected=self._connected)
        socket.connection_made(self.transport)
        self.transport.set_protocol(socket)
        socket.data_received(head)

    # --- What the parser says; whatever is raised here stops it -------------------------------

    def on_message_begin(self) -> None:
        self._in_time()
        self._begun, self._in_head, self._head, self._headers, self._unheard = True, True, 0, 0, 0
        self._chunked, self._lacking = False, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)
        if len(self.url.partition(b"?")[0]) > MOST_PATH:
            self._stop(HeadTooLarge(most_bytes=MOST_PATH, most_headers=MOST_HEADERS))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. Trailers are counted and forgotten: the request they change has begun."""
        self._headers += 1
        self._count(len(name) + len(value) + BETWEEN)
        name = name.lower()
        if self._in_head and name not in UNREAD:
            self._chunked = self._chunked or name == CHUNKED
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.parser.get_method() == TUNNEL:
            self._stop(MethodNotAllowed(allowed=[]))
        if self.parser.should_upgrade():
            return
        self._in_time()
        self._in_head, self._gained = False, True
        if len(self.pipeline) >= MOST_IN_LINE:
            self._stop(TooManyRequests(retry_after=1, policy="waiting", quota=MOST_IN_LINE))
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._gained = True
        if self._chunked:
            self._lacking += USUAL_CHUNK - len(body)
            if self._lacking > MOST_LACKING:
                self._stop(ChunksTooSmall())
        if self.cycle.response_complete:
            self._unheard += len(body)
            if self._unheard > MOST_UNHEARD:
                self.transport.close()
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._in_time()
        self._begun, self._in_head, self._gained = False, True, True
        super().on_message_complete()

    def _count(self, more: int) -> None:
        self._head += more
        if self._head > MOST_HEAD or self._headers > MOST_HEADERS:
            self._stop(HeadTooLarge(most_bytes=MOST_HEAD, most_headers=MOST_HEADERS))

    def _stop(self, why: DomainError) -> None:
        self._why = why
        raise why

    # --- Refusing -----------------------------------------------------------------------------

    def _refuse(self, refusal: DomainError) -> None:
        """Answer after all that was asked before, and hang up: where the next request would begin
        is not known.
        """
        self._refused = True
        self._in_time()
        self.flow.pause_reading()
        answer = self._last_cycle()
        app: Any = refusing(refusal)  # the library has types of its own for the same
        if self._others_come_first():
            self.pipeline.appendleft((answer, app))
        elif not self.transport.is_closing():
            self._start_asgi_task(answer, app)

    def _others_come_first(self) -> bool:
        """Drop the request that is refused, if it has begun; return whether one before it still
        waits for its answer.
        """
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or not cycle.more_body:
            return cycle is not None and not cycle.response_complete
        in_line = bool(self.pipeline) and self.pipeline[0][0] is cycle
        if in_line:
            self.pipeline.popleft()
        self._drop(cycle)
        return in_line

    def _drop(self, cycle: RequestResponseCycle) -> None:
        """Let nothing come of a request that will not come whole. No second answer follows one."""
        if cycle.response_started:
            self.transport.close()
        cycle.disconnected = True
        cycle.message_event.set()

    def _last_cycle(self) -> RequestResponseCycle:
        """Return what writes an answer to a request that nobody could read."""
        return RequestResponseCycle(
            scope={
                "type": "http",
                "method": "GET",
                "path": "",
                "headers": [],
                "client": self.client,
            },  # type: ignore[typeddict-item]
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
