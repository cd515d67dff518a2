"""What every request passes first and every answer last: a trace id, a count, a cap, safe headers.
Nothing of a request is carried out before all of it is here.

Written against ASGI itself: one wrapper around `send`, no task and no copy per request.
"""

from time import perf_counter
from typing import Any, Final

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from api.backend import Backend
from api.problems.documents import broken, problem
from api.problems.questions import too_many
from api.web.arriving import Arrivals
from api.web.gate import party, recognise
from api.web.leaving import Departures, is_large
from api.web.marks import MARKS
from api.web.origins import answer_preflight, is_preflight, let_read, refuse_others
from domain.messages import DomainError

CACHED: Final = b"cache-control"
SAFE: Final = [
    (b"x-content-type-options", b"nosniff"),
    (CACHED, b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]
CALLED: Final = ("/v1/inbound/", "/whatsapp/webhook/")
"""Where providers call: who they are is proven by what they send, and not by a token."""

PROBED: Final = frozenset({"/v1/health", "/health"})
"""What load balancers ask, from one address, as often as they like: they are told little."""

MOST_PARAMETERS: Final = 100
"""Of one question. No list has half as many filters."""


class Edge:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, backend: Backend) -> None:
        self._app = app
        self._arrivals = Arrivals(backend)
        self._departures = Departures()
        self._backend = backend
        self._answered = backend.answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # answered like GET: the server leaves out the body
            scope = {**scope, "method": "GET"}
        answer = _Answer(scope, send, self._departures)
        try:
            await self._inside(scope, receive, answer.take)
        except ClientDisconnect:  # nobody waits for an answer
            return
        except Exception as error:  # whatever it is, somebody waits for an answer
            if answer.begun:
                raise
            await _said(scope, error)(scope, receive, answer.take)
        route = scope.get("route")
        self._answered(scope["method"], route.path if route else "", answer.status, answer.seconds)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(CALLED):
            self._backend.limits.count_caller(scope)
        elif scope["path"] not in PROBED:
            self._look_at(scope)
        _refuse_many_parameters(scope)
        if is_preflight(scope):
            await answer_preflight(scope, self._backend.origins)(scope, receive, send)
            return
        try:
            await self._app(scope, self._arrivals.of(scope, receive), send)
        finally:
            self._arrivals.let_go(scope)

    def _look_at(self, scope: Scope) -> None:
        """Find out who sends a request, and from which page. A refusal can be read there, too."""
        origins = self._backend.origins
        try:
            recognise(scope, self._backend)
        finally:
            let_read(scope, origins)
        refuse_others(scope, origins)


class _Answer:
    """What the application answers. It goes when its body is there: of one that is too large for now
    nothing has gone.
    """

    __slots__ = ("_began", "_departures", "_marks", "_scope", "_send", "_start", "begun", "seconds")

    def __init__(self, scope: Scope, send: Send, departures: Departures) -> None:
        self._began = perf_counter()
        self._scope = scope
        self._send = send
        self._departures = departures
        self._marks = _begin(scope)
        self._start: Message = {"status": 0}
        self.begun = False
        self.seconds = 0.0

    @property
    def status(self) -> int:
        """The status; 0 if there was no answer."""
        found: int = self._start["status"]
        return found

    async def take(self, message: Message) -> None:
        """Take the beginning of an answer, or send it with its body."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if not self.begun:
            message = self._fitting(message)
            self.begun, self.seconds = True, perf_counter() - self._began
            self._start["headers"] = _with(self._marks, self._start["headers"])
            await self._send(self._start)
        if is_large(message):
            await self._departures.send(party(self._scope), message, self._send)
        else:
            await self._send(message)

    def _fitting(self, body: Message) -> Message:
        """Return a body, or in its place why it cannot be had now. What was ordered is told of."""
        if self._scope["method"] != "GET" or not is_large(body):
            return body
        try:
            self._departures.refuse_too_many(party(self._scope), body)
        except DomainError as refusal:
            answer = problem(Request(self._scope), refusal)
            self._start.update(status=answer.status_code, headers=answer.raw_headers)
            return {"type": body["type"], "body": answer.body}
        return body


def _with(marks: list[tuple[bytes, bytes]], headers: Any) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with those that every answer has, unless it says itself for how long
    it may be kept.
    """
    own = [*headers]
    if any(name == CACHED for name, _ in own):
        marks = [each for each in marks if each[0] != CACHED]
    return [*own, *marks]


def _said(scope: Scope, error: Exception) -> Response:
    """Return the answer to what the application has not answered."""
    request = Request(scope)
    return problem(request, error) if isinstance(error, DomainError) else broken(request, error)


def _refuse_many_parameters(scope: Scope) -> None:
    """Refuse before they are parsed what are more than any question has."""
    if scope["query_string"].count(b"&") >= MOST_PARAMETERS:
        raise too_many(f"more than {MOST_PARAMETERS} parameters")


def refusing(refusal: DomainError) -> ASGIApp:
    """Return what answers a request that could not be read."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        marks = _begin(scope)
        answer = problem(Request(scope), refusal)
        answer.raw_headers.extend(marks)
        await answer(scope, receive, send)

    return refuse


def _begin(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Name the trace of a request; return the headers that every answer has, to which more come."""
    trace = scope["trace_id"] = str(uuid7())
    marks: list[tuple[bytes, bytes]] = [*SAFE, (b"x-trace-id", trace.encode())]
    scope[MARKS] = marks
    return marks
