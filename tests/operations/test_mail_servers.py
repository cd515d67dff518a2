"""Mail servers that are slow, moody, away or silent, and what comes of it for everybody else."""

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from application.operations.jobs import JobStatus
from infra.settings import Settings
from tests.mail.mail_server import Mailbox, mail_server, sending_to
from tests.operations.proxy import Proxy
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.waiting import until

pytestmark = pytest.mark.postgres

STEPS: Final = ("Request received", "Confirmed", "New time", "Cancelled")
TO_ANA: Final = ("New booking", "Moved", "Cancelled")


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def line(mailbox: Mailbox) -> Iterator[Proxy]:
    """The line to the mail server."""
    with mail_server(mailbox) as port, Proxy("127.0.0.1", port) as line:
        yield line


@pytest.fixture
def settings(line: Proxy) -> Settings:
    return sending_to(line.port)


def live_through(salon: Salon, http: TestClient, day: int, name: str) -> None:
    """Book, confirm, move and call off, all at once."""
    guest = {"name": name, "email": f"{name}@guest.example", "language": "en"}
    where = salon.book(http, f"2027-02-{day:02}T10:00:00+01:00", guest=guest).headers["location"]
    http.post(f"{where}/confirm")
    http.post(f"{where}/reschedule", json={"starts_at": f"2027-02-{day:02}T14:00:00+01:00"})
    http.post(f"{where}/cancel")


def told(mailbox: Mailbox) -> dict[tuple[str, str], list[str]]:
    """Return what was said to whom about whom, in the order in which it arrived."""
    said = defaultdict(list)
    for mail in mailbox.mails:
        reader = str(mail["to"])
        about = reader if "guest" in reader else str(mail["reply-to"])
        said[reader, about].append(str(mail["subject"]).partition(":")[0])
    return said


def test_no_mail_overtakes_another_whoever_sends_it_and_however_often_it_fails(
    two_systems: tuple[Running, Running], mailbox: Mailbox
) -> None:
    here, there = two_systems
    salon, http = Salon.opened(here), here.http()
    mailbox.seconds = 0.02
    mailbox.answers = {"RCPT": ["451 later", ""] * 9, "MAIL": [""] * 9 + ["421 busy"]}
    for number in range(8):
        live_through(salon, http, number + 1, f"guest{number}")
    jobs, clock = here.system.jobs, here.clock

    for system in (here.system, there.system):
        system.work()

    def is_over() -> bool:
        clock.set(clock() + timedelta(seconds=1))
        if any(c["lag_events"] for c in http.get("/v1/status").json()["consumers"]):
            return False
        depths = jobs.depths()
        return not (depths["due"] or depths["running"] or depths["waiting"])

    until(is_over)
    said = told(mailbox)
    assert len(said) == 16
    for (reader, _), subjects in said.items():
        order = TO_ANA if "ana@" in reader else STEPS
        assert subjects == [step for step in order if step in subjects]
        assert subjects[-1] == "Cancelled"


def test_a_server_that_accepts_and_never_greets_holds_up_mails_and_nothing_else(
    running: Running, line: Proxy
) -> None:
    line.hang()
    salon, http = Salon.opened(running), running.http()
    for day in range(1, 7):
        guest = {"name": "Gus", "email": "gus@guest.example"}
        salon.book(http, f"2027-02-{day:02}T10:00:00+01:00", guest=guest)
    running.system.work()
    until(lambda: running.system.jobs.depths()["running"] >= 4)

    http.post("/v1/holds", json=salon.wish("2027-02-09T10:00:00+01:00"))
    until(lambda: running.system.jobs.find(running.tenant, kind="expire-hold"))
    began = time.monotonic()
    running.clock.set(running.clock() + timedelta(hours=1))
    running.system.advanced.ring()

    until(
        lambda: running.system.jobs.find(running.tenant, kind="expire-hold", status=JobStatus.DONE)
    )
    assert time.monotonic() - began < 5
    line.mend()
    line.refuse()
    line.cut()


def test_a_server_that_is_away_is_left_alone_which_is_said_and_all_is_sent_when_it_is_back(
    running: Running, line: Proxy, mailbox: Mailbox
) -> None:
    line.refuse()
    salon, http = Salon.opened(running), running.http()
    for day in range(1, 7):
        guest = {"name": "Gus", "email": "gus@guest.example"}
        salon.book(http, f"2027-02-{day:02}T10:00:00+01:00", guest=guest)
    while running.system.runner.step() or running.system.worker.run_due():
        pass

    [lane] = http.get("/v1/status").json()["failing_lanes"]
    assert (lane["lane"], lane["failures"] >= 3, lane["until"] is not None) == ("mails", True, True)
    assert 'frontdesk_lane_failing{lane="mails"} 1.0' in http.get("/metrics").text

    line.mend()
    running.system.walk(running.clock() + timedelta(hours=1))

    assert len(mailbox.mails) == 12
    assert http.get("/v1/status").json()["failing_lanes"] == []


def test_a_server_that_hangs_up_on_what_one_tenant_says_is_there_for_the_others(
    running: Running, mailbox: Mailbox
) -> None:
    mailbox.hangs_up_on = b"cheap pills"
    spammer, http = Salon.opened(running), running.http()
    for day in range(1, 5):
        guest = {"name": "cheap pills", "email": f"x{day}@spam.example"}
        spammer.book(http, f"2027-02-{day:02}T10:00:00+01:00", guest=guest)
    with Running.of(running.system, running.clock, str(uuid4())) as quiet:
        running.settle()
        Salon.opened(quiet).book(quiet.http(), guest={"name": "Zoé", "email": "zoe@quiet.example"})
        running.settle()

    assert ["zoe@quiet.example"] in mailbox.recipients
    assert http.get("/v1/status").json()["failing_lanes"] == []
    assert http.get("/v1/status").json()["queue"]["uncertain"] == 8


def test_the_mails_of_one_tenant_do_not_delay_those_of_another(
    running: Running, mailbox: Mailbox
) -> None:
    mailbox.seconds = 0.02
    busy, http = Salon.opened(running), running.http()
    for number in range(60):
        day, hour = number // 6 + 1, number % 6 + 9
        guest = {"name": "Gus", "email": f"gus{number}@guest.example"}
        busy.book(http, f"2027-02-{day:02}T{hour:02}:00:00+01:00", guest=guest)
    tenant = str(uuid4())
    with Running.of(running.system, running.clock, tenant) as quiet:
        salon = Salon.opened(quiet)
        salon.book(quiet.http(), guest={"name": "Zoé", "email": "zoe@quiet.example"})
        running.system.runner.catch_up()

        running.system.work()
        until(lambda: len(mailbox.mails) >= 20)

    first = [str(mail["to"]) for mail in mailbox.mails[:10]]
    assert any("zoe@" in reader for reader in first)
