"""Goes through what operators do: they look after queues and long work, and what is done every hour is done."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from starlette.testclient import TestClient

from adapters.event_store.bundle import export
from adapters.jobs.leases import Lease, reap
from adapters.live_bookings.counts import LiveBookingsCounted, Window
from adapters.postgres import WORKER
from adapters.streams.records import Record
from adapters.streams.relay import Relay
from application.inbound import Arrival
from domain.business.users import Role
from domain.values import TenantId
from tests.at_size.log import BEGAN, tenant
from tests.long_operations.carrying import progress_of
from tests.running import Running

DAY: Final = timedelta(days=1)
EARLY: Final = "2020-01-08T00:00:00Z"


def queues(running: Running, ids: Mapping[str, Any]) -> dict[str, Any]:
    """Look after the queue, the outbox, and what workers counted."""
    operator, system = running.http(Role.OPERATOR), running.system
    jobs = operator.get("/v1/jobs?status=parked").json()["data"]
    mails = running.http().get("/v1/outbox").json()["data"]
    for job, move in zip(jobs, ("retry", "discard"), strict=False):
        operator.post(f"/v1/jobs/{job['id']}/{move}")
    running.http().get(f"/v1/history?stream={ids['booking_id']}&until={EARLY}")
    operator.get("/v1/jobs?kind=made&about=booking-300")
    running.http().get("/v1/outbox?to=7@example.org&about=booking-7")
    counted = LiveBookingsCounted(system.database)
    counted.put([Window(running.tenant, running.clock(), 0, 1)])
    counted.by_minute(running.tenant, running.clock() - DAY)
    counted.forget(BEGAN)
    system.jobs.depths()
    system.denylist.look()
    return {
        "job_id": jobs[0]["id"] if jobs else uuid4(),
        "receipt_id": calls(running),
        "tenant": running.tenant,
        "provider": "whatsapp",
        "mail_id": mails[0]["id"] if mails else uuid4(),
        "position": 5,
        "stream": ids["booking_id"],
        "user_id": "user-nobody",
    }


def long_work(running: Running) -> dict[str, Any]:
    """Have the history written to a file, and change one's mind about a second one; ask what would have been."""
    http = running.http()
    done, cancelled = (http.post("/v1/history/exports").headers["location"] for _ in range(2))
    http.delete(cancelled)
    policy = {"scoring": {"name": 50}, "bookings": {"notice_minutes": 60 * 24 * 300}}
    asked = http.post("/v1/what-if", json=policy).headers["location"]
    someone = f"{uuid4().hex}@example.org"
    rows = f"Name,E-mail,Assignee\nAna,{someone},\nBo,bo@example.org,bo@salon.example\nNobody,,\n"
    taken = http.post("/v1/imports", content=rows, headers={"Content-Type": "text/csv"})
    running.settle()
    for where in (done, asked, taken.headers["location"]):
        assert http.get(where).json()["state"] == "done", http.get(where).text
    return {"operation_id": done.rpartition("/")[2]}


def calls(running: Running) -> str:
    """Keep a call and understand it, as far as anybody does; look after it; return its id."""
    system, operator = running.system, running.http(Role.OPERATOR)
    sent = Arrival(method="POST", url="/", headers=(), body=uuid4().hex.encode())
    system.calls.keep(TenantId(running.tenant), system.providers[0], sent)
    running.settle()
    [newest] = [each for each in _pages(operator) if each["provider"] == "whatsapp"][-1:]
    where = f"/v1/receipts/{newest['id']}"
    for state in ("parked", "understood"):
        operator.get(f"/v1/receipts?state={state}&provider=stripe")
    operator.post(f"{where}/replay")
    running.settle()
    operator.post(f"{where}/discard")
    system.receipts.content(newest["id"])
    system.receipts.find(None)
    system.receipts.depths()
    return str(newest["id"])


def _pages(operator: TestClient) -> list[dict[str, Any]]:
    """Return all that is not understood yet."""
    pages = [operator.get("/v1/receipts?state=not_understood_yet&limit=200")]
    while "next" in pages[-1].links:
        pages.append(operator.get(pages[-1].links["next"]["url"]))
    return [each for page in pages for each in page.json()["data"]]


def upkeep(running: Running) -> None:
    """Do what is done every hour, and what operators do now and then."""
    system, database = running.system, running.system.database
    system.worker.prune()
    system.worker.next_due()
    system.outbox.prune()
    progress_of(running.system).prune()
    storage(running)
    system.calls.prune()
    system.guests.prune()
    system.sender.prune()
    system.sender.next_due()
    system.sender.in_hand()
    with database.as_worker() as line:
        reap(line, [Lease(uuid4(), running.clock())])
    with database.connect(WORKER, "frontdesk tests") as line:
        relay = Relay(database, Nowhere(), appended=system.appended)
        relay.take_over(line, system.stop)
        while relay.step(line):
            pass
    with database.connect(WORKER, "frontdesk tests") as line:
        assert list(export(line, tenant(3)))


def storage(running: Running) -> None:
    """Look after the bytes of files."""
    ledger = running.system.ledger
    ledger.move([("public/cut.png", running.tenant, f"file-{uuid4()}")])
    for owner, file_id in ledger.unsettled(running.clock() + DAY):
        ledger.settle(owner, file_id)
    assert ledger.used(running.tenant) > 0


class Nowhere:
    """A broker that takes everything."""

    def publish(self, _records: Sequence[Record]) -> None:
        """Take it."""

    def close(self) -> None:
        """Have nothing to give up."""
