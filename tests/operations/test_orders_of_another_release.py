"""What a newer release has ordered waits for it: an older one neither gives it up nor hides it."""

from datetime import timedelta
from typing import Any, Final

import pytest

from adapters.jobs.postponed import ELSEWHERE
from adapters.running.releases import dangers
from application.operations.jobs import JobStatus, QueuedJob
from infra.composition import System, catalogue
from infra.migrate import migrations
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

NEW: Final = {
    "a mail of a new kind": """payload = (payload::jsonb || '{"kind": "booking-rated"}')::json""",
    "an order of a new kind": "kind = 'send-text-message', lane = 'effects'",
    "an effect that is recorded in a new way": """
        report = '{"kind": "record-text-message", "command": {}}'
    """,
}
CHANGE: Final = """
    UPDATE work.jobs SET {} WHERE payload ->> 'kind' = 'booking-requested' RETURNING id
"""


@pytest.fixture(params=NEW)
def ordered(running: Running, request: pytest.FixtureRequest) -> QueuedJob:
    """A mail to the client that only another release can send."""
    guest = {"name": "Zoé", "email": "z@mail.example"}
    assert Salon.opened(running).book(running.http(), guest=guest).is_success
    running.system.runner.catch_up()
    with running.system.database.connect(None, "a test") as connection:
        [[job]] = connection.execute(CHANGE.format(NEW[request.param]).encode()).fetchall()
    return running.system.jobs.get(running.tenant, job)


def try_often(running: Running, hours: int = 40) -> None:
    for _ in range(hours):
        running.system.worker.run_due()
        running.clock.set(running.clock() + timedelta(hours=1))


def found_by_check_release(system: System) -> list[str]:
    with system.database.connect(None, "a test") as connection:
        return list(dangers(connection, catalogue(), [each.name for each in migrations()]))


def test_it_is_kept_however_often_it_is_tried_and_costs_the_other_no_attempt(
    running: Running, ordered: QueuedJob
) -> None:
    try_often(running)

    kept = running.system.jobs.get(running.tenant, ordered.id)
    assert (kept.status, kept.attempts) == (JobStatus.FAILING, 1)


def test_another_may_try_before_long(running: Running, ordered: QueuedJob) -> None:
    try_often(running)
    before = running.clock()
    running.system.worker.run_due()

    assert running.system.jobs.get(running.tenant, ordered.id).run_at == before + ELSEWHERE


def test_it_is_said_that_it_cannot_be_carried_out_here(
    running: Running, ordered: QueuedJob
) -> None:
    running.system.worker.run_due()

    health: dict[str, Any] = running.http().get("/v1/health").json()
    assert health["status"] == "degraded"
    assert health["cannot_read"] in ([ordered.kind], ["record-text-message"])


def test_a_release_that_cannot_carry_it_out_is_told_before_it_starts(
    running: Running, ordered: QueuedJob
) -> None:
    [told] = found_by_check_release(running.system)

    assert told.startswith(f"{ordered.kind} is in the queue (1 jobs)")


def test_so_is_one_that_nobody_would_take_from_the_lane_it_stands_in(running: Running) -> None:
    Salon.opened(running).book(running.http(), guest={"name": "Zoé", "email": "z@mail.example"})
    running.system.runner.catch_up()
    with running.system.database.connect(None, "a test") as connection:
        connection.execute(CHANGE.format("lane = 'texts'").encode())

    assert found_by_check_release(running.system) == [
        "send-booking-mail is in the queue (1 jobs) as only another release can carry it out"
    ]


def test_what_can_be_carried_out_is_no_danger(running: Running) -> None:
    Salon.opened(running).book(running.http(), guest={"name": "Zoé", "email": "z@mail.example"})
    running.settle()

    assert found_by_check_release(running.system) == []
