"""Workers that are killed, for real, while they tell somebody about a booking: it is told once."""

import signal
from datetime import timedelta

import pytest

from adapters.consumers import checkpoints
from adapters.jobs import Worker
from adapters.rate_limits.one_process import ProcessRateLimiter
from application.processes import PROCESSES
from application.use_cases import USE_CASES
from infra.composition.resources import carrying_of, effects_of, telling_of
from tests.conversations.whatsapp.appointments import Appointments
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, Fault
from tests.forked import ended
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def survivor(running: Running) -> Worker:
    """Return another worker, which takes others for dead after half a second."""
    system, clock = running.system, running.clock
    settings, database, store = system.settings, system.database, system.store
    dispatch, configured = system.dispatch, system.configured
    telling = telling_of(settings, store, dispatch, configured, clock)
    given = (settings, database, store, system.outbox, clock, system.guests, system.answers)
    limiter = ProcessRateLimiter(lambda: clock().timestamp())
    handlers = {
        **effects_of(*given, telling),
        **carrying_of(settings, database, store, dispatch, configured, limiter, clock),
    }
    return Worker(
        database, clock, dispatch, list(USE_CASES), handlers, lease=timedelta(seconds=0.5)
    )


def settle(running: Running) -> None:
    """Let the others do what the dead has left."""
    worker, system = survivor(running), running.system
    while (
        system.runner.step()
        or worker.run_due()
        or system.jobs.depths()["running"]
        or system.jobs.depths()["due"]
    ):
        pass
    system.settle()


def booked(zoes: Appointments) -> None:
    """Ask for an appointment, of which nobody is told yet."""
    made = zoes.salon.book(zoes.http, client_id=zoes.zoe)
    assert made.status_code == 201


def dies(running: Running, meta: Cloud, order: str, moment: str) -> None:
    dsn, port = running.system.database.dsn, str(meta.port)
    killed = ended("tests.conversations.whatsapp.doomed_teller", dsn, port, order, moment)
    assert killed == -signal.SIGKILL


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("order", ["TellOnChannel", "RecordBookingMailSent"])
def test_it_is_told_once_by_whatsapp_whenever_a_worker_dies(
    running: Running, desk: Desk, meta: Cloud, order: str, moment: str
) -> None:
    zoes = Appointments(desk)
    booked(zoes)

    dies(running, meta, order, moment)
    settle(running)

    assert [each["template"]["name"] for each in meta.book] == ["booking_requested"]
    assert [each["status"] for each in zoes.messages()] == ["sent"]
    assert zoes.mails() == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("order", ["Failed", "RecordBookingMailSent"])
def test_what_is_refused_is_told_once_by_mail_whenever_a_worker_dies(
    running: Running, desk: Desk, meta: Cloud, order: str, moment: str
) -> None:
    zoes = Appointments(desk)
    booked(zoes)
    meta.faults = [Fault.WINDOW, Fault.WINDOW]

    dies(running, meta, order, moment)
    settle(running)

    assert (meta.book, zoes.mails()) == ([], ["booking-requested"])
    assert [each["status"] for each in zoes.messages()] == ["failed"]


def test_what_meta_may_have_is_told_by_nothing_else(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    zoes = Appointments(desk)
    booked(zoes)

    dies(running, meta, "RecordCarried", "before")
    settle(running)

    assert [each["template"]["name"] for each in meta.book] == ["booking_requested"]
    assert zoes.mails() == []


def test_reading_the_log_a_second_time_tells_nobody_again(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    zoes = Appointments(desk)
    booked(zoes)
    meta.faults = [Fault.WINDOW]
    running.settle()
    zoes.does(zoes.book("2027-01-07T10:00:00+01:00"), "confirm")
    told = (list(meta.book), zoes.mails())

    read_again(running)

    assert (meta.book, zoes.mails()) == told
    assert len(meta.book) == 2
    assert zoes.mails() == ["booking-requested"]


def read_again(running: Running) -> None:
    """Let every process react to all that ever happened."""
    with running.system.database.as_worker() as connection:
        checkpoints.advance(connection, [each.name for each in PROCESSES], 0)
    running.settle()
