"""Connections are apart: nobody takes those of another purpose, nor two at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from fastapi.routing import APIRoute

from adapters.clock import SettableClock
from domain.business.users import Role
from infra.composition import running_system
from tests.acceptance.processes import Http
from tests.operations.at_work import HASTY, at_work, in_time, order
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

FEW: Final = HASTY.model_copy(update={"database_connections": 1, "database_work_connections": 1})


def test_nobody_borrows_a_second_connection_while_holding_one(
    dsn: str, clock: SettableClock
) -> None:
    """With one of each there is no second to be had."""
    with running_system(FEW, dsn, clock=clock) as system, Running.of(system, clock) as running:
        salon, http = Salon.opened(running), running.http(*Role)
        booked = salon.book(http)
        running.settle()
        seen = {
            "Consistency-Token": salon.book(http, "2027-01-05T15:00:00+01:00").headers[
                "consistency-token"
            ]
        }
        for path in sorted(_questions(running)):
            for headers in ({}, seen):
                answer = http.get(path, headers=headers)
                assert answer.status_code < 500, f"{path}: {answer.text}"
        assert http.get(booked.headers["location"], headers=seen).status_code == 200
        running.settle()


def _questions(running: Running) -> set[str]:
    return {
        route.path
        for route in running.app.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and "{" not in route.path
    }


def test_however_many_ask_how_the_system_is_it_is_known_to_be_alive(
    dsn: str, clock: SettableClock
) -> None:
    stop = threading.Event()
    with at_work(dsn, clock) as (_, http), ThreadPoolExecutor(24) as many:

        def ask_on() -> set[int]:
            found: set[int] = set()
            with Http(http.port) as anybody:
                while not stop.is_set():
                    found |= {anybody("GET", "/v1/status").status}
            return found

        asking = [many.submit(ask_on) for _ in range(24)]
        for n in range(10):
            with in_time():
                assert http("GET", "/v1/health").status == 200
                assert order(http, f"Cut {n}") == 201
        stop.set()

        assert set().union(*(each.result() for each in asking)) == {200}


def test_who_logs_in_and_who_reads_do_not_take_each_others_connections(
    dsn: str, clock: SettableClock
) -> None:
    with at_work(dsn, clock, FEW) as (running, http):
        database = running.system.database
        with database.as_tenant(running.tenant):
            assert http("POST", "/v1/auth/refresh", {"refresh_token": "none"}).status == 401
            assert http("GET", "/v1/health").status == 200
        with database.as_tenant(""):
            assert http("GET", "/v1/services").status == 200
        with database.as_worker():
            assert http("GET", "/v1/status").status == 200
            assert http("GET", "/v1/read-models/parked").status in (200, 403)


def test_whatever_is_asked_by_way_of_http_jobs_are_carried_out(
    dsn: str, clock: SettableClock
) -> None:
    """Who writes a mail looks into the stream of its booking, as requests do."""
    with at_work(dsn, clock, FEW) as (running, _):
        assert Salon.opened(running).book(running.http()).status_code == 201

        with running.system.database.as_tenant(running.tenant), ThreadPoolExecutor(1) as another:
            another.submit(running.settle).result()

        assert running.http().get("/v1/outbox").json()["data"]
