"""One business's heavy requests leave threads to the others."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.routing import THREADS, Threads
from api.turns import HEAVY, MOST_AT_ONCE, heavy

HEAVY_ROUTES = {
    ("/v1/availability", "GET"),
    ("/availability", "GET"),
    ("/v1/series", "POST"),
    ("/v1/series/{series_id}/cancel", "POST"),
    ("/v1/time-blocks", "POST"),
    ("/v1/time-blocks/{block_id}", "PUT"),
    ("/time-blocks", "POST"),
    ("/time-blocks/{block_id}", "PUT"),
}


def of(tenant: str) -> dict[str, Any]:
    return {"caller": SimpleNamespace(tenant=tenant)}


class Gate:
    """A heavy route that ends when it is let go; it knows how many were in it at once."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.full = threading.Event()
        self.inside, self.most = 0, 0
        self._lock = threading.Lock()

    def __call__(self, caller: Any) -> str:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside == MOST_AT_ONCE:
                self.full.set()
        self.opened.wait(30)
        with self._lock:
            self.inside -= 1
        return str(caller.tenant)


@heavy
def quick(caller: Any) -> str:
    return str(caller.tenant)


def test_others_have_threads_while_one_business_asks_for_much() -> None:
    threads, gate = Threads(), heavy(Gate())

    async def everybody() -> tuple[list[str], list[str]]:
        much = [asyncio.create_task(threads.run(gate, of("much"))) for _ in range(3 * THREADS)]
        await asyncio.to_thread(gate.full.wait, 30)
        others = [await threads.run(quick, of("other")) for _ in range(3)]
        gate.opened.set()
        return others, await asyncio.gather(*much)

    others, much = asyncio.run(everybody())

    assert others == ["other"] * 3
    assert much == ["much"] * 3 * THREADS
    assert gate.most == MOST_AT_ONCE


def test_a_heavy_request_that_fails_gives_its_turn_to_the_next() -> None:
    threads = Threads()

    @heavy
    def fail(caller: Any) -> None:
        raise LookupError(caller.tenant)

    async def one_after_the_other() -> str:
        for _ in range(2 * MOST_AT_ONCE):
            with pytest.raises(LookupError):
                await threads.run(fail, of("much"))
        return str(await threads.run(quick, of("much")))

    assert asyncio.run(one_after_the_other()) == "much"


def test_what_may_look_at_much_is_marked() -> None:
    routes = [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute)]
    marked = {
        (route.path, method)
        for route in routes
        for method in route.methods or ()
        if getattr(route.endpoint, HEAVY, False)
    }

    assert marked == HEAVY_ROUTES
