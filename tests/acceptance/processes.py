"""Real processes: API servers on ports of their own, and clients that talk to them."""

import http.client
import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import IO, Any, NamedTuple, Self

from tests.forked import FORKING, Talk, talking

SETTINGS = {"FRONTDESK_MODE": "demo", "PORT": "0", "LIMIT_FACTOR": "10000"}


class Answer(NamedTuple):
    """A status and a JSON document."""

    status: int
    body: Any


class Http:
    """One connection to one server, in somebody's name."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self.port = port
        self.token = token
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def another(self) -> Self:
        """Return another connection, in the same name."""
        return type(self)(self.port, self.token)

    def hang_up(self) -> None:
        """Close the connection; asking again opens another."""
        self._connection.close()

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Ask, and wait for the answer."""
        content = None if body is None else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, content, {**self._headers, **named})
        response = self._connection.getresponse()
        text = response.read()
        return Answer(response.status, json.loads(text) if text else None)


@contextmanager
def servers(dsn: str, count: int) -> Iterator[list[int]]:
    """Start API servers on one database; return their ports. `frontdesk work` is not among them."""
    with ExitStack() as stack:
        starting = [stack.enter_context(_server(dsn)) for _ in range(count)]
        yield [_port_of(server.stdout) for server in starting]


@contextmanager
def one_server(dsn: str) -> Iterator[tuple[int, int]]:
    """Start one; return its port and the id of its process."""
    with _server(dsn) as server:
        yield _port_of(server.stdout), server.process.pid


@contextmanager
def server_apart(dsn: str) -> Iterator[tuple[int, int]]:
    """Start one as an operator does, that shares no memory with other processes of tests."""
    command = [sys.executable, "-m", "infra.cli", "serve"]
    with subprocess.Popen(
        command, env=_environment(dsn), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield _port_of(process.stdout), process.pid
        finally:
            process.terminate()


@contextmanager
def dying_servers(dsn: str, count: int) -> Iterator[list[int]]:
    """Start API servers of which one is killed every few seconds, and another takes its place; return their
    ports, which change.
    """
    ended = threading.Event()
    with ExitStack() as stack:
        talks = [stack.enter_context(_server(dsn)) for _ in range(count)]
        ports = [_port_of(talk.stdout) for talk in talks]

        def kill() -> None:
            for number in itertools.cycle(range(count)):
                if ended.wait(1):
                    return
                talks[number].process.kill()
                talks[number] = stack.enter_context(_server(dsn))
                ports[number] = _port_of(talks[number].stdout)

        with ThreadPoolExecutor(1) as aside:
            killing = aside.submit(kill)
            try:
                yield ports
            finally:
                ended.set()
                killing.result()


def _server(dsn: str) -> AbstractContextManager[Talk]:
    return talking("infra.cli", "serve", environment=_environment(dsn))


def _environment(dsn: str) -> dict[str, str]:
    return {**os.environ, **SETTINGS, "DATABASE_URL": dsn}


def _port_of(said: IO[str]) -> int:
    """Wait until it says where it listens."""
    lines = (line.split() for line in said)
    return next(int(words[-1]) for words in lines if words[:2] == ["listening", "on"])


def owner(port: int, name: str = "robin") -> str:
    """Open a business; return the access token of its owner."""
    person = {
        "user_type": "beauty_professional",
        "name": "Robin Banks",
        "email": f"{name}@agency.example",
        "password": "a long enough pass-phrase",
        "time_zone": "America/Los_Angeles",
    }
    with Http(port) as http:
        made = http("POST", "/v1/auth/register", person)
        assert made.status == 201, made
        login = {name: person[name] for name in ("email", "password")}
        return str(http("POST", "/v1/auth/login", login).body["access_token"])


def in_processes(work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Let processes work at once, one per tuple of arguments; return what each returns."""
    with FORKING.Pool(len(arguments)) as pool:
        return pool.starmap(work, arguments, chunksize=1)
