"""PostgreSQL fails over: whatever tells that a connection is of no use any more closes it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Final

import psycopg
import pytest
from psycopg import errors

from adapters.clock import SettableClock
from adapters.postgres import LIMITS, WORKER, Bounds, Database, DatabaseUnavailableError
from adapters.wakeups.bell import Bell
from adapters.wakeups.between_processes import Announcer, Listener, NotifyWire
from infra.servers.postgres import Server
from tests.acceptance.processes import Http
from tests.operations.admin import Admin
from tests.operations.at_work import HASTY, at_work, order
from tests.operations.proxy import Proxy
from tests.operations.standby import running_pair
from tests.scheduling.bookings.at_the_salon import Salon
from tests.waiting import until

pytestmark = pytest.mark.postgres

TOGETHER: Final = HASTY.model_copy(update={"limit_factor": 10_000})


def test_after_a_failover_one_writes_again_without_a_restart(
    dsn: str, clock: SettableClock, admin: Admin
) -> None:
    """Connections made while the old primary was read-only stay so, for as long as they last."""
    with at_work(dsn, clock) as (_, http):
        assert order(http) == 201
        admin.read_only(on=True)
        admin.throw_out()

        assert order(http) == 503
        assert http("GET", "/v1/health") == (
            503,
            {"status": "unhealthy", "database": "read-only"},
        )
        assert http("GET", "/v1/services").status == 200

        admin.read_only(on=False)
        assert order(http, "Trim") == 201
        assert http("GET", "/v1/health").status == 200


def test_every_connection_is_given_up_that_can_only_read(dsn: str, admin: Admin) -> None:
    """Pools, claims and connections of one's own, not the writer's alone."""
    admin.read_only(on=True)
    with Database(dsn, app_connections=1, worker_connections=1) as database:
        lone = database.connect(WORKER, "frontdesk relay")
        with database.as_worker() as kept:
            pass
        admin.read_only(on=False)

        with pytest.raises(psycopg.OperationalError):
            lone.execute("UPDATE work.checkpoints SET position = 0")
        with pytest.raises(DatabaseUnavailableError), database.as_worker() as line:
            line.execute("UPDATE work.jobs SET status = 'done'")

        assert lone.closed
        assert kept.closed
        with database.as_worker() as line:
            line.execute("UPDATE work.jobs SET status = 'done'")


@pytest.mark.parametrize(
    "state", ["08006", "25006", "25P03", "25P04", "26000", "57P01", "57P02", "57P03", "57P05"]
)
def test_whatever_the_server_says_of_a_connection_closes_it(database: Database, state: str) -> None:
    with database.connect(WORKER, "test") as line:
        with pytest.raises(psycopg.OperationalError):
            line.execute(f"DO $$ BEGIN RAISE 'away' USING ERRCODE = '{state}'; END $$".encode())

        assert line.closed


def test_what_it_says_of_a_statement_does_not(database: Database) -> None:
    with database.connect(WORKER, "test") as line:
        for state in ("22012", "23505", "42501", "40001", "55P03", "57014"):
            with pytest.raises(psycopg.Error):
                line.execute(f"DO $$ BEGIN RAISE 'no' USING ERRCODE = '{state}'; END $$".encode())

        assert line.execute("SELECT 1").fetchone() == (1,)


def test_what_the_server_cannot_do_is_no_reason_to_come_again(database: Database) -> None:
    """It is there, has time, and the connection is well: a disk that cannot be read is no outage."""
    with pytest.raises(errors.IoError), database.as_worker() as line:
        line.execute("DO $$ BEGIN RAISE 'no' USING ERRCODE = '58030'; END $$")


def test_after_an_outage_nobody_is_lent_what_was_kept_from_before(database: Database) -> None:
    """It may lead nowhere, and not know it yet."""
    with database.as_worker() as one, database.as_worker() as other:
        kept = {one, other}
    with pytest.raises(DatabaseUnavailableError), database.as_worker() as lost:
        lost.execute("DO $$ BEGIN RAISE 'away' USING ERRCODE = '57P01'; END $$")

    with database.as_worker() as new:
        assert new not in kept


def test_who_listens_over_a_line_that_is_dead_notices_it(dsn: str) -> None:
    """Nobody says so: what is sent is lost, and the connection looks well."""
    limits = LIMITS._replace(requests=Bounds(0.2, 0.2, 5))
    stop, bell = threading.Event(), Bell()
    with (
        Proxy.before(dsn) as line,
        Database(line.dsn(dsn), limits=limits) as far,
        Database(dsn) as near,
        ThreadPoolExecutor(2) as threads,
    ):
        listener = Listener(NotifyWire(far, 0.1), {"bell": bell}, origin="here")
        announcer = Announcer(NotifyWire(near), {"bell": Bell()})
        threads.submit(listener.run, stop)
        try:
            until(lambda: bell.rings > 0)
            heard, there = bell.rings, line.accepted

            line.lose_answers()
            until(lambda: line.accepted > there)
            line.mend()
            until(lambda: bell.rings > heard)
            heard = bell.rings
            threads.submit(announcer.run, stop)
            until(lambda: bell.rings > heard)
        finally:
            stop.set()


# --- A standby is promoted ---------------------------------------------------------------------


class People:
    """Order one thing after another, and again, under the same key, what they were not told is done."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.refused = 0
        self.enough = threading.Event()

    def go_on(self, http: Http, who: int) -> None:
        with http.another() as line:
            for n in count():
                if self.enough.is_set():
                    return
                self._order(line, f"Cut {who}/{n}")

    def _order(self, line: Http, name: str) -> None:
        while (status := order(line, name, Idempotency_Key=name)) != 201:
            assert status == 503
            self.refused += 1
            self.enough.wait(0.02)
        self.told.append(name)


def test_when_a_standby_is_promoted_all_goes_on_and_nothing_is_lost_that_was_said_to_be_done(
    server: Server, dsn: str, clock: SettableClock
) -> None:
    """What led to the primary, which is killed, leads to the standby from then on."""
    people = People()
    with (
        running_pair(server) as pair,
        Proxy("127.0.0.1", pair.primary.port) as line,
        at_work(line.dsn(dsn), clock, TOGETHER) as (running, http),
        ThreadPoolExecutor(4) as threads,
    ):
        running.system.work()
        running.system.join_others()
        salon = Salon.opened(running)
        ordering = [threads.submit(people.go_on, http, who) for who in range(4)]
        until(lambda: len(people.told) > 20)

        pair.kill_the_primary()
        until(lambda: http("GET", "/v1/health").status == 503)
        line.lead_to(pair.standby.port)
        until(lambda: http("GET", "/v1/health").body["database"] == "read-only")
        until(lambda: http("GET", "/v1/services").status == 200)
        assert order(http) == 503
        until(lambda: people.refused > 0)

        before = len(people.told)
        pair.promote_the_standby()
        until(lambda: len(people.told) > before + 20)
        people.enough.set()
        for each in ordering:
            each.result()
        booked = salon.book(running.http(), guest={"name": "Zoé", "email": "zoe@mail.example"})
        running.settle()

        assert http("GET", "/v1/health").status == 200
        assert offered(http) == sorted([*people.told, "Cut"])
        until(lambda: len(http("GET", f"/v1/outbox?about={booked.json()['id']}").body["data"]) == 2)


def offered(http: Http) -> list[str]:
    """Return the names of all services, over all pages."""
    names, after = [], ""
    while True:
        page = http("GET", f"/v1/services?limit=100{after}").body
        names += [service["name"] for service in page["data"]]
        if not page["has_more"]:
            return sorted(names)
        after = f"&cursor={page['next_cursor']}"
