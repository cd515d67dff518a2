"""Whether a release may run is known before it does; what one passed over is found and done."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.clock import SettableClock
from adapters.event_store.mapper import Mapper, NotRecordedYetError
from adapters.passed_over import missed, redo
from adapters.processes import ProcessConsumer
from adapters.releases import dangers
from application.processes import PROCESSES
from domain.bookings import BookingRequested
from domain.catalogue import EVENTS
from domain.messages import Event
from infra.cli import app
from infra.composition import System, catalogue
from infra.migrate import migrations
from infra.settings import Settings
from tests.bookings.at_the_salon import Salon
from tests.operations.releases import EXAMPLES, NEWER, newer_release, record
from tests.running import Running

pytestmark = pytest.mark.postgres


class Rated(Event, frozen=True):
    """Something that is new."""


MIGRATIONS = [each.name for each in migrations()]


def found(system: System, mapper: Mapper, known: list[str] | None = None) -> list[str]:
    with system.database.connect(None, "a test") as connection:
        return list(dangers(connection, mapper, MIGRATIONS if known is None else known))


def test_a_release_may_run_beside_itself(system: System) -> None:
    assert found(system, catalogue()) == []


def test_an_upgrade_that_records_what_running_processes_cannot_read_is_no_safe_one(
    system: System,
) -> None:
    told = found(system, NEWER)

    assert any(each.startswith("booking-confirmed.v2 would be recorded") for each in told)


def test_an_upgrade_that_only_reads_it_at_first_is_safe(system: System) -> None:
    reads = Mapper({**EVENTS, "visit-rated.v1": Rated}, only_read=frozenset({"visit-rated.v1"}))

    assert found(system, reads) == []
    with pytest.raises(NotRecordedYetError):
        reads.encode(Rated())


def test_going_back_to_a_release_that_cannot_read_what_is_recorded_is_no_safe_one(
    dsn: str, clock: SettableClock, settings: Settings
) -> None:
    with newer_release(settings, dsn, clock) as newer:
        record(newer, "0198c0de-0000-7000-8000-0000000000aa", "booking-1", *EXAMPLES.values())
        told = found(newer, catalogue())

        assert "booking-confirmed.v2 is recorded" in "\n".join(told)
        assert any("may be recorded by process" in each for each in told)
        assert found(newer, NEWER) == []


def test_a_release_that_is_older_than_the_database_is_told(system: System) -> None:
    told = found(system, catalogue(), MIGRATIONS[:-1])

    assert told == [
        f"a newer release has migrated the database ({MIGRATIONS[-1]}): this one does not start"
    ]


def test_the_command_says_so_and_changes_nothing(dsn: str, system: System) -> None:
    environment = {"DATABASE_URL": dsn, "FRONTDESK_MODE": "demo"}

    told = CliRunner().invoke(app, ["check-release"], env=environment)

    assert (told.exit_code, told.output) == (0, "this release may run here\n")


# --- What was passed over -----------------------------------------------------------------


def passed_over_everything(system: System) -> None:
    """What an older release did: every checkpoint is at the end, and nothing came of it."""
    with system.database.as_worker() as connection:
        connection.execute(
            "UPDATE work.checkpoints SET position = (SELECT max(position) FROM log.events)"
        )


def test_what_processes_passed_over_is_found_and_done_once(running: Running) -> None:
    salon, system = Salon.opened(running), running.system
    running.settle()
    assert salon.book(running.http(), guest={"name": "Zoé", "email": "z@mail.example"}).is_success
    passed_over_everything(system)
    before = running.clock().replace(hour=0)

    def look() -> dict[str, list[Any]]:
        with system.database.as_worker() as connection:
            return {
                each.name: [
                    m.past.type
                    for m in missed(
                        connection, system.reader, ProcessConsumer(each, running.clock), before
                    )
                ]
                for each in PROCESSES
            }

    assert look()["tell-client-about-booking"] == [system.mapper.name(BookingRequested)]
    for _ in range(2):
        with system.database.as_worker() as connection:
            for each in PROCESSES:
                redo(connection, system.reader, ProcessConsumer(each, running.clock), before)

    assert not any(look().values())
    jobs = system.jobs.find(running.tenant, kind="send-booking-mail")
    assert len(jobs) == len({job.id for job in jobs}) > 0


def test_rows_that_were_passed_over_are_found_and_put_right(dsn: str, running: Running) -> None:
    salon = Salon.opened(running)
    running.settle()
    booking = salon.book(running.http()).json()["id"]
    passed_over_everything(running.system)
    environment = {"DATABASE_URL": dsn, "FRONTDESK_MODE": "demo"}
    assert booking not in str(running.http().get("/v1/bookings").json())

    told = CliRunner().invoke(app, ["passed-over"], env=environment)
    again = CliRunner().invoke(app, ["passed-over", "--redo"], env=environment)

    assert "bookings: 1 added" in told.output
    assert again.exit_code == 0
    assert booking in str(running.http().get("/v1/bookings").json())


def test_the_runbook_says_how_a_type_is_introduced() -> None:
    text = Path("infra/runbooks/deploy.md").read_text("utf-8")

    assert re.search("NOT_RECORDED_YET", text)
    assert "frontdesk check-release" in text
