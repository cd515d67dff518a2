"""The appointments of the real conversations, asked for by clients who ask again until somebody
answers: under one key, so that it does not matter how often.
"""

import http.client
import random
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from tests.acceptance.processes import Http, owner
from tests.acceptance.test_real_conversations import ALL_DAY, WEEKDAYS, ZONE, Wanted

CLIENTS: Final = 4
PATIENCE: Final = 120.0
AGAIN: Final = 0.05
PAUSE: Final = (0.0, 0.2)
"""Seconds until a client asks for the next: it shall take long enough to be disturbed."""


class Answered(NamedTuple):
    """What came of an attempt; `booking` is its id."""

    status: int
    code: str | None
    booking: str | None


@dataclass(frozen=True)
class Business:
    """Who is asked, and where."""

    ports: Sequence[int]
    token: str
    professionals: Mapping[str, str]
    service: str
    clients: Sequence[str]

    def wish(self, wanted: Wanted) -> dict[str, Any]:
        return {
            "professional_id": self.professionals[wanted.provider],
            "service_id": self.service,
            "client_id": self.clients[wanted.number % len(self.clients)],
            "starts_at": wanted.local_start.replace(tzinfo=ZoneInfo(ZONE)).isoformat(),
            "override": True,
        }


def opened(ports: Sequence[int], wanted: Sequence[Wanted]) -> Business:
    """Open it, with everybody who is asked for. Every other professional confirms at once and has
    an address, so that clients are reminded and professionals are written to as well.
    """
    token = owner(ports[0])
    providers = list(dict.fromkeys(each.provider for each in wanted))
    with Http(ports[0], token) as ask:
        people = {
            name: _made(ask, "/v1/professionals", _professional(number, name))
            for number, name in enumerate(providers)
        }
        hour = _made(ask, "/v1/services", {"name": "An hour", "duration_minutes": 60})
        clients = [_made(ask, "/v1/clients", _person(f"Client {n}")) for n in range(CLIENTS)]
    return Business(ports, token, people, hour, clients)


def _professional(number: int, name: str) -> dict[str, Any]:
    hours = dict.fromkeys(WEEKDAYS, ALL_DAY)
    settings = {"time_zone": ZONE, "hours": hours, "auto_confirm": number % 2 == 0}
    address = {"email": f"professional-{number}@example.org"} if number % 2 == 0 else {}
    return {"name": name, "settings": settings, **address}


def _person(name: str) -> dict[str, str]:
    return {"name": name, "email": f"{name.lower().replace(' ', '-')}@example.org"}


def _made(ask: Http, path: str, body: Mapping[str, Any]) -> str:
    made = ask("POST", path, body)
    assert made.status == 201, made
    return str(made.body["id"])


class Clients:
    """Several at once; each asks for its professionals in the order of the conversations, and none
    begins before it is let. Leaving the block sends home whoever still asks.
    """

    def __init__(
        self,
        business: Business,
        wanted: Sequence[Wanted],
        *,
        seed: int = 0,
        pause: tuple[float, float] = PAUSE,
    ) -> None:
        self._business, self._pause = business, pause
        self._chance = random.Random(seed)
        self._may, self._let = threading.Semaphore(0), 0
        self._enough = threading.Event()
        self._answers: dict[int, Answered] = {}
        self._pool = ThreadPoolExecutor(CLIENTS)
        self.attempts = len(wanted)
        providers = list(business.professionals)
        dealt = [frozenset(providers[n::CLIENTS]) for n in range(CLIENTS)]
        self._asking = [
            self._pool.submit(self._ask_for, n, [each for each in wanted if each.provider in mine])
            for n, mine in enumerate(dealt)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self.let(self.attempts)
        self._pool.shutdown()

    @property
    def busy(self) -> bool:
        """Whether any is still asking. Raises what one of them has raised."""
        return None in [each.result() if each.done() else None for each in self._asking]

    @property
    def answered(self) -> int:
        """Return how many attempts have been answered."""
        return len(self._answers)

    def let(self, count: int) -> None:
        """Let them make so many attempts, counted from the first."""
        more = min(count, self.attempts) - self._let
        if more > 0:
            self._let += more
            self._may.release(more)

    def answers(self) -> dict[int, Answered]:
        """Let them make all attempts; return what came of each."""
        self.let(self.attempts)
        for each in self._asking:
            each.result()
        return self._answers

    def _ask_for(self, n: int, wanted: Sequence[Wanted]) -> bool:
        with ExitStack() as stack:
            token, ports = self._business.token, deque(self._business.ports)
            ports.rotate(n)
            asks = deque(stack.enter_context(Http(port, token)) for port in ports)
            for each in wanted:
                self._may.acquire()
                self._enough.wait(self._chance.uniform(*self._pause))
                if self._enough.is_set():
                    break
                self._answers[each.number] = self._insist(asks, each)
        return True

    def _insist(self, asks: "deque[Http]", wanted: Wanted) -> Answered:
        """Ask one process after the other until one answers."""
        deadline = time.monotonic() + PATIENCE
        body, key = self._business.wish(wanted), f"attempt-{wanted.number}"
        while time.monotonic() < deadline and not self._enough.is_set():
            try:
                answer = asks[0]("POST", "/v1/bookings", body, Idempotency_Key=key)
                if answer.status < 500:
                    return Answered(answer.status, answer.body.get("code"), answer.body.get("id"))
            except (OSError, http.client.HTTPException, ValueError):
                asks[0].hang_up()
            asks.rotate()
            self._enough.wait(AGAIN)
        message = f"nobody answers attempt {wanted.number}"
        raise TimeoutError(message)
