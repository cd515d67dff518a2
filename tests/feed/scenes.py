"""What happens while somebody listens."""

import threading
from collections.abc import Callable
from itertools import count
from typing import Any, Final

import httpx2 as httpx
from msgspec.structs import replace

from domain.business.users import Role
from domain.scheduling.services import CreateService
from domain.values import ServiceId
from tests.feed.listening import ids
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import CUT

NEVER: Final = 10**6


def offer(running: Running, times: int = 1, name: str = "Cut") -> None:
    for _ in range(times):
        number = next(NUMBERS)
        running.order(
            CreateService(
                service_id=ServiceId(f"service-{number:08x}-0000-7000-8000-000000000000"),
                offer=replace(CUT, name=name),
            )
        )


NUMBERS: Final = count(1)


def bearer(running: Running, *roles: Role, **links: Any) -> dict[str, str]:
    return {"Authorization": running.http(*roles, **links).headers["authorization"]}


def log(port: int, mine: dict[str, str], after: str = "0") -> list[str]:
    """Return the ids of all that polls tell."""
    found: list[str] = []
    while True:
        asked = {"limit": "500", "after": after}
        answer = httpx.get(f"http://127.0.0.1:{port}/v1/feed", params=asked, headers=mine)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found, after = found + ids(page["data"]), page["position"]
        if not page["has_more"]:
            return found


def until(holds: Callable[[], Any]) -> None:
    """Look until something is so."""
    never = threading.Event()
    for _ in range(NEVER):
        if holds():
            return
        never.wait(0.002)
