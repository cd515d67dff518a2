"""The appointments of the real conversations, asked for by clients who ask again until somebody
answers: under one key, so that it does not matter how often.
"""

import http.client
import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.acceptance.processes import Answer, Http, owner
from tests.acceptance.test_real_conversations import ZONE, Wanted, open_agendas

CLIENTS: Final = 4
PATIENCE: Final = 120.0
AGAIN: Final = 0.1
PAUSE: Final = (0.0, 0.2)
"""Seconds until a client asks for the next: it shall take long enough to be disturbed."""


@dataclass
class Business:
    """Who is asked, and where."""

    ports: Sequence[int]
    token: str
    professionals: Mapping[str, str]
    service: str
    client: str

    def wish(self, wanted: Wanted) -> dict[str, Any]:
        return {
            "professional_id": self.professionals[wanted.provider],
            "service_id": self.service,
            "client_id": self.client,
            "starts_at": wanted.local_start.replace(tzinfo=ZoneInfo(ZONE)).isoformat(),
            "override": True,
        }


def opened(ports: Sequence[int], wanted: Sequence[Wanted]) -> Business:
    """Open it, with everybody who is asked for."""
    token = owner(ports[0])
    providers = list(dict.fromkeys(each.provider for each in wanted))
    professionals = open_agendas(ports[0], token, providers)
    with Http(ports[0], token) as ask:
        hour = ask("POST", "/v1/services", {"name": "An hour", "duration_minutes": 60})
        zoe = ask("POST", "/v1/clients", {"name": "Zoe", "email": "zoe@example.org"})
    return Business(ports, token, professionals, hour.body["id"], zoe.body["id"])


class Clients:
    """Several at once; each asks for its professionals in the order of the conversations."""

    def __init__(self, seed: int, business: Business, wanted: Sequence[Wanted]) -> None:
        self._business = business
        self._chance = random.Random(seed)
        self._pool = ThreadPoolExecutor(CLIENTS)
        providers = list(business.professionals)
        dealt = [frozenset(providers[n::CLIENTS]) for n in range(CLIENTS)]
        self._asking = [
            self._pool.submit(self._ask_for, n, [each for each in wanted if each.provider in mine])
            for n, mine in enumerate(dealt)
        ]

    @property
    def busy(self) -> bool:
        """Tell whether any is still asking."""
        return not all(map(Future.done, self._asking))

    def answers(self) -> dict[int, tuple[int, str | None]]:
        """Give the status and code of each attempt, when all have been answered."""
        return {number: answer for each in self._asking for number, answer in each.result().items()}

    def _ask_for(self, n: int, wanted: Sequence[Wanted]) -> dict[int, tuple[int, str | None]]:
        came_of = {}
        for each in wanted:
            time.sleep(self._chance.uniform(*PAUSE))
            answer = self._insist(n, each)
            came_of[each.number] = (answer.status, answer.body.get("code"))
        return came_of

    def _insist(self, n: int, wanted: Wanted) -> Answer:
        """Ask one process after the other until one answers."""
        deadline = time.monotonic() + PATIENCE
        ports = self._business.ports
        while time.monotonic() < deadline:
            try:
                with Http(ports[n % len(ports)], self._business.token) as ask:
                    body = self._business.wish(wanted)
                    key = f"attempt-{wanted.number}"
                    answer = ask("POST", "/v1/bookings", body, Idempotency_Key=key)
                    if answer.status < 500:
                        return answer
            except (OSError, http.client.HTTPException, ValueError):
                n += 1
            time.sleep(AGAIN)
        message = f"nobody answers attempt {wanted.number}"
        raise TimeoutError(message)
