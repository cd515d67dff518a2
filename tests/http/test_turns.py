"""What is heavy is said in one place: it leaves threads to others, and is asked less often."""

import asyncio
import inspect
import re
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.openapi.questions import asked_of
from api.openapi.routes import methods_of
from api.problems.refusals import Unavailable
from api.records import router_of
from api.records.answering import Routes
from api.requests.caller import Caller
from api.requests.moments import AS_OF
from api.web.gate import permission_of
from api.web.routing import THREADS, Threads
from api.web.turns import (
    OF_ONE,
    PART,
    PART_OF_ALL,
    PART_OF_ONE,
    Place,
    Turns,
    heavy,
    is_heavy,
    place_of,
)
from application.patience import IN_LINE, SHORTEST, asked_at, left
from application.permissions import Permission
from domain.business.configuration import DECLARED
from domain.business.users import Role
from domain.catalogue import KINDS
from domain.money.taxes import TAXES
from tests.http.examples_of_bodies import ID
from tests.running import Running

MUCH_OF_ONE, MUCH_OF_ALL = THREADS // PART_OF_ONE, THREADS // PART_OF_ALL
MOST_OF_ONE = int(THREADS * OF_ONE)
ROUTES = [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute)]
STRANGE = "/v1/public/{business}/availability"
HEAVY_ROUTES = {
    *(
        each
        for kind in KINDS
        for path in (f"/v1/{kind.many}", kind.old_path)
        if path
        for each in (
            (f"{path}/batch", "POST"),
            (f"{path}/{{{kind.one.replace('-', '_')}_id}}/history", "GET"),
        )
    ),
    *(
        (f"{path}/{each.key}", "PUT")
        for each in DECLARED
        for path in ("/v1/configuration", "/admin/config")
    ),
    *((f"/v1/configuration/{each.key}/history", "GET") for each in DECLARED),
    ("/v1/availability", "GET"),
    ("/availability", "GET"),
    (STRANGE, "GET"),
    ("/v1/series", "POST"),
    ("/v1/series/{series_id}/cancel", "POST"),
    ("/v1/time-blocks", "POST"),
    ("/v1/time-blocks/{block_id}", "PUT"),
    ("/time-blocks", "POST"),
    ("/time-blocks/{block_id}", "PUT"),
    ("/v1/imports", "POST"),
    ("/v1/leads.csv", "GET"),
    ("/v1/clients.csv", "GET"),
    ("/v1/history", "GET"),
    ("/v1/history/streams/{stream}", "GET"),
    ("/v1/history/streams/{stream}/difference", "GET"),
    ("/v1/bookings/{booking_id}/history", "GET"),
    ("/v1/leads/{lead_id}/activities", "GET"),
    ("/leads/{lead_id}/activities", "GET"),
    ("/prospects/{lead_id}/activities", "GET"),
    ("/v1/leads/{lead_id}/history", "GET"),
    ("/v1/submissions/{submission_id}/history", "GET"),
    ("/v1/threads/{thread_id}/history", "GET"),
    ("/v1/messages/{message_id}/history", "GET"),
    ("/v1/scheduled-messages/{scheduled_id}/history", "GET"),
    ("/v1/payments/{payment_id}/history", "GET"),
    ("/v1/leads/{lead_id}/stages", "GET"),
    ("/v1/leads/{lead_id}/score", "GET"),
    ("/v1/analytics/leads", "GET"),
    ("/v1/analytics/leads.csv", "GET"),
    ("/v1/whatsapp/analytics", "GET"),
    ("/v1/whatsapp/analytics.csv", "GET"),
    ("/whatsapp/analytics", "GET"),
    ("/v1/what-if", "POST"),
    ("/appointments/{booking_id}/history", "GET"),
    ("/v1/clients/{client_id}/timeline", "GET"),
    ("/clients/{client_id}/timeline", "GET"),
    ("/v1/clients/{client_id}/personal-data", "DELETE"),
    ("/v1/clients/{client_id}/personal-data", "GET"),
    ("/v1/live/bookings", "GET"),
    ("/v1/read-models/parked/retry", "POST"),
    ("/v1/read-models/{read_model}/rebuild", "POST"),
    ("/v1/history/exports", "POST"),
    ("/v1/bookings/imports", "POST"),
    ("/v1/operations/{operation_id}/file", "GET"),
    ("/tasks/schedule-reminders", "POST"),
    ("/v1/users", "POST"),
}


def of(tenant: str, *, heavy: bool = True, thing: str | None = None) -> dict[str, Any]:
    return {"caller": SimpleNamespace(tenant=tenant, heavy=heavy, thing=thing)}


class Gate:
    """What ends when it is let go; it knows how many were in it at once."""

    def __init__(self, awaited: int) -> None:
        self.opened = threading.Event()
        self.full = threading.Event()
        self._awaited = awaited
        self.inside, self.most = 0, 0
        self._lock = threading.Lock()

    def __call__(self, caller: Any) -> str:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside == self._awaited:
                self.full.set()
        self.opened.wait(30)
        with self._lock:
            self.inside -= 1
        return str(caller.tenant)


def quick(caller: Any) -> str:
    return str(caller.tenant)


def test_others_have_threads_while_one_business_asks_for_much() -> None:
    threads, gate = Threads(), Gate(MUCH_OF_ONE)

    async def everybody() -> tuple[list[str], list[str]]:
        much = [asyncio.create_task(threads.run(gate, of("much"))) for _ in range(3 * THREADS)]
        await asyncio.to_thread(gate.full.wait, 30)
        others = [await threads.run(quick, of("other")) for _ in range(3)]
        others += [await threads.run(quick, of("much", heavy=False))]
        gate.opened.set()
        return others, await asyncio.gather(*much)

    others, much = asyncio.run(everybody())

    assert others == ["other"] * 3 + ["much"]
    assert much == ["much"] * 3 * THREADS
    assert gate.most == MUCH_OF_ONE


def test_what_is_light_has_threads_while_many_businesses_ask_for_much() -> None:
    """Whoever likes opens one business after the other."""
    threads, gate = Threads(), Gate(MUCH_OF_ALL)
    names = [str(number) for number in range(THREADS)]

    async def everybody() -> tuple[list[str], list[str]]:
        much = [asyncio.create_task(threads.run(gate, of(name))) for name in 3 * names]
        await asyncio.to_thread(gate.full.wait, 30)
        light = [await threads.run(quick, of("other", heavy=False)) for _ in range(3)]
        gate.opened.set()
        return light, await asyncio.gather(*much)

    light, much = asyncio.run(everybody())

    assert light == ["other"] * 3
    assert much == 3 * names
    assert gate.most == MUCH_OF_ALL


def test_a_heavy_request_that_fails_gives_its_turn_to_the_next() -> None:
    threads = Threads()

    def fail(caller: Any) -> None:
        raise LookupError(caller.tenant)

    async def one_after_the_other() -> str:
        for _ in range(2 * MUCH_OF_ALL):
            with pytest.raises(LookupError):
                await threads.run(fail, of("much"))
        return str(await threads.run(quick, of("much")))

    assert asyncio.run(one_after_the_other()) == "much"


def test_strangers_who_ask_for_much_leave_threads_to_other_strangers() -> None:
    async def run() -> None:
        threads, wall = Threads(THREADS), threading.Event()

        @heavy
        def ask(**_: Any) -> None:
            wall.wait(60)

        much = [asyncio.ensure_future(threads.run(ask, {})) for _ in range(MOST_OF_ONE)]
        try:
            await asyncio.wait_for(threads.run(lambda: None, {}), 30)
        finally:
            wall.set()
            await asyncio.gather(*much)

    asyncio.run(run())


def test_businesses_take_turns() -> None:
    """Who comes with one request does not wait for all that another came with before."""
    turns: Turns[str] = Turns(8)
    for call in ("a1", "a2", "a3", "a4", "b1", "b2", "c1"):
        turns.put(call, Place(call[0], heavy=True))

    begun = [turns.take() for _ in range(4)]
    for line in ("a", "a", "b"):
        turns.done(Place(line, heavy=True))
        begun.append(turns.take())

    assert begun == ["a1", "a2", "b1", "b2", "a3", "c1", "a4"]


def test_others_have_threads_whatever_one_business_waits_for() -> None:
    """A lock on one of its tables, say: it is not heavy, and takes as long all the same."""
    threads, gate = Threads(), Gate(MOST_OF_ONE)

    async def everybody() -> tuple[list[str], list[str]]:
        stuck = [
            asyncio.create_task(threads.run(gate, of("stuck", heavy=False)))
            for _ in range(3 * THREADS)
        ]
        await asyncio.to_thread(gate.full.wait, 30)
        others = [await threads.run(quick, of("other", heavy=False)) for _ in range(3)]
        others += [await threads.run(quick, of("other"))]
        gate.opened.set()
        return others, await asyncio.gather(*stuck)

    others, stuck = asyncio.run(everybody())

    assert others == ["other"] * 4
    assert stuck == ["stuck"] * 3 * THREADS
    assert gate.most == MOST_OF_ONE


def test_what_is_ordered_about_one_thing_is_done_one_after_the_other() -> None:
    threads, gate = Threads(), Gate(1)

    async def everybody() -> tuple[str, list[str]]:
        one = [
            asyncio.create_task(threads.run(gate, of("one", heavy=False, thing="booking-1")))
            for _ in range(THREADS)
        ]
        await asyncio.to_thread(gate.full.wait, 30)
        another = await threads.run(quick, of("one", heavy=False, thing="booking-2"))
        gate.opened.set()
        return another, await asyncio.gather(*one)

    another, one = asyncio.run(everybody())

    assert another == "one"
    assert one == ["one"] * THREADS
    assert gate.most == 1


@pytest.mark.postgres
def test_orders_about_one_thing_name_it_and_questions_none(running: Running) -> None:
    running.http()
    [owner] = running.principals.values()

    def place(method: str, **named: str) -> Place:
        scope = {"type": "http", "app": running.app, "method": method, "path_params": named}
        caller = Caller(Request(scope), owner, Permission.BOOKINGS_WRITE, None)
        return place_of({"caller": caller})

    thing = f"{running.tenant}/booking-1"
    assert place("PATCH", booking_id="booking-1") == Place(running.tenant, thing=thing)
    assert place("GET", booking_id="booking-1") == place("POST") == Place(running.tenant)
    assert place_of({"body": None}) == Place()
    assert place_of({"body": None}, heavy=True) == Place(heavy=True)


def test_whoever_would_have_to_wait_too_long_for_a_thread_is_told_so_and_nothing_is_done() -> None:
    threads, gate, done = Threads(1, patience=0.01), Gate(1), []

    def do(caller: Any) -> None:
        done.append(caller)

    async def everybody() -> list[Any]:
        first = asyncio.create_task(threads.run(gate, of("one")))
        await asyncio.to_thread(gate.full.wait, 30)
        late = [threads.run(do, of(name)) for name in "ab"]
        refused = await asyncio.gather(*late, return_exceptions=True)
        gate.opened.set()
        await first
        await threads.run(quick, of("one"))
        return refused

    refused = asyncio.run(everybody())

    assert [type(each) for each in refused] == [Unavailable] * 2
    assert done == []


def test_whoever_waited_for_a_thread_waits_less_for_a_connection() -> None:
    asked_at(time.monotonic() - IN_LINE + 1.0)
    assert 0 < left(1.5) <= 1.0
    asked_at(time.monotonic() - 60)
    assert left(1.5) == SHORTEST
    asked_at(None)
    assert left(1.5) == 1.5


def test_what_may_look_at_much_is_marked() -> None:
    """And it has a caller, in whose business's line it stands, or is for strangers, who have one together."""
    marked = [route for route in ROUTES if is_heavy(route.endpoint)]

    assert {(r.path, method) for r in marked for method in methods_of(r)} == HEAVY_ROUTES
    called = {r.path for r in marked if "caller" in inspect.signature(r.endpoint).parameters}
    for_strangers = {r.path for r in marked if permission_of(r) is None}
    assert {r.path for r in marked} - called == for_strangers == {STRANGE}


def test_of_records_it_is_batches_and_histories() -> None:
    routes = [route for route in router_of(Routes(TAXES)).routes if isinstance(route, APIRoute)]

    assert {route.path for route in routes if is_heavy(route.endpoint)} == {
        "/v1/taxes/batch",
        "/v1/taxes/{tax_id}/history",
    }


@pytest.mark.postgres
def test_what_is_heavy_is_counted_as_heavy_by_whichever_route(running: Running) -> None:
    http = running.http(Role.OWNER, Role.OPERATOR)
    guarded = [route for route in ROUTES if permission_of(route) is not None]
    words = [
        (route, word) for route in guarded for word in (AS_OF, PART) if word in asked_of(route)
    ]

    for route, method in ((r, method) for r in guarded for method in methods_of(r)):
        usual = "reads" if method == "GET" else "writes"
        kind = "heavy" if (route.path, method) in HEAVY_ROUTES else usual
        assert _counted(http.request(method, _path(route))) == kind, (method, route.path)
    for route, word in words:
        assert _counted(http.get(f"{_path(route)}?{word}=1")) == "heavy", route.path
    assert {word for _, word in words} == {AS_OF, PART}


def _path(route: APIRoute) -> str:
    return re.sub(r"{[^}]+}", f"booking-{ID}", route.path)


def _counted(answer: Any) -> str:
    return str(answer.headers["ratelimit-policy"]).split('"')[1]
