"""Whether a release may run is known before it does; what one passed over is found and done."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.clock import SettableClock
from adapters.consumers import checkpoints
from adapters.consumers.passed_over import missed, redo
from adapters.consumers.processes import ProcessConsumer
from adapters.event_store.mapper import Mapper, NotRecordedYetError
from adapters.keys import Key
from adapters.running.releases import dangers
from application.ports import NotReadableHere
from application.processes import PROCESSES
from application.processes.forget_mails_on_client_erased import FORGET_MAILS_ON_CLIENT_ERASED
from application.processes.tell_client_about_booking import TELL_CLIENT_ABOUT_BOOKING
from domain.catalogue import EVENTS
from domain.messages import Event
from domain.scheduling.bookings import BookingRequested
from infra.cli import app
from infra.composition import System, catalogue
from infra.migrate import migrations
from infra.settings import Settings
from tests.operations.releases import EXAMPLES, NEWER, newer_release, record
from tests.operations.test_keys import NEW, OLD, command, names_seen, process, registered
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

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


@pytest.mark.thorough
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


def left_behind(system: System) -> list[Any]:
    """What a rebuild leaves when it does not come to its end."""
    with system.database.connect(None, "a test") as connection:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'next'"
        places = "SELECT consumer FROM work.checkpoints WHERE consumer LIKE '%@next'"
        aside = "SELECT consumer FROM work.parked WHERE consumer LIKE '%@next'"
        return [row for sql in (tables, places, aside) for row in connection.execute(sql.encode())]


@pytest.mark.parametrize("again", [(), ("--redo",)])
def test_streams_whose_master_key_is_not_known_here_are_left_out_and_counted(
    dsn: str, clock: SettableClock, again: tuple[str, ...]
) -> None:
    with process(dsn, clock, NEW) as there:
        Salon.opened(there).book(there.http(), guest={"name": "Zoé", "email": "z@mail.example"})
        registered(there, "Zoe")
        there.settle()
    with process(dsn, clock, OLD, tenant=there.tenant) as here:
        registered(here, "Ada")
        here.settle()

        told = command(dsn, "passed-over", *again, ring=(OLD,))

        assert told.exit_code == 0, told.output
        assert "clients: 1 keys left out" in told.output
        assert "tell-client-about-booking: 1 streams left out" in told.output
        assert "removed" not in told.output
        assert left_behind(here.system) == []
    with process(dsn, clock, NEW, OLD, tenant=there.tenant) as there:
        assert names_seen(there) == {"Ada", "Zoe"}


def test_streams_that_are_set_aside_are_left_out(running: Running) -> None:
    salon, system = Salon.opened(running), running.system
    running.settle()
    guest = {"name": "Zoé", "email": "z@mail.example"}
    booking = salon.book(running.http(), guest=guest).json()["id"]
    passed_over_everything(system)
    consumer = ProcessConsumer(TELL_CLIENT_ABOUT_BOOKING, running.clock)
    stream, left_out = (running.tenant, booking), set[Key]()

    with system.database.as_worker() as connection:
        checkpoints.park(connection, consumer.name, [(stream, 1, "it failed", None)])
        since = running.clock().replace(hour=0)
        found = list(missed(connection, system.reader, consumer, since, left_out))

    assert (found, left_out) == ([], {stream})


def test_no_row_is_given_up_for_want_of_its_master_key(dsn: str, clock: SettableClock) -> None:
    with process(dsn, clock, NEW) as there:
        registered(there, "Zoe")
        there.settle()
    with process(dsn, clock, OLD, tenant=there.tenant) as here:
        registered(here, "Ada")
        passed_over_everything(here.system)

        told = command(dsn, "passed-over", "--redo", ring=(OLD,))

        assert "clients: 1 added, 0 changed, 0 removed" in told.output
        assert "clients: not switched" in told.output
        assert left_behind(here.system) == []
        assert names_seen(here) == {"Zoe"}


def test_a_search_that_breaks_off_leaves_nothing_behind(
    dsn: str, clock: SettableClock, settings: Settings, running: Running
) -> None:
    registered(running, "Ada")
    with newer_release(settings, dsn, clock) as newer:
        record(newer, running.tenant, "client-1", *EXAMPLES.values())

    told = command(dsn, "passed-over", ring=())

    assert type(told.exception) is NotReadableHere
    assert left_behind(running.system) == []


def test_what_was_ordered_about_a_person_who_was_erased_was_not_passed_over(
    running: Running,
) -> None:
    salon, http, system = Salon.opened(running), running.http(), running.system
    zoe = registered(running, "Zoe")
    booking = salon.book(http, client_id=zoe).json()["id"]
    http.post(f"/v1/bookings/{booking}/confirm")
    running.settle()
    assert http.delete(f"/v1/clients/{zoe}/personal-data").status_code == 204
    running.settle()
    before, jobs = running.clock().replace(hour=0), system.jobs.find(running.tenant)

    for each in PROCESSES:
        consumer = ProcessConsumer(each, running.clock)
        with system.database.as_worker() as connection:
            assert list(missed(connection, system.reader, consumer, before)) == []
            redo(connection, system.reader, consumer, before)

    assert system.jobs.find(running.tenant) == jobs


def test_that_somebody_is_to_be_forgotten_is_found_when_it_was_passed_over(
    running: Running,
) -> None:
    zoe, system = registered(running, "Zoe"), running.system
    running.settle()
    running.http().delete(f"/v1/clients/{zoe}/personal-data")
    passed_over_everything(system)
    consumer = ProcessConsumer(FORGET_MAILS_ON_CLIENT_ERASED, running.clock)

    with system.database.as_worker() as connection:
        found = list(missed(connection, system.reader, consumer, running.clock().replace(hour=0)))

    assert [each.kinds for each in found] == [["forget-mails"]]


def test_the_runbook_says_how_a_type_is_introduced() -> None:
    text = Path("infra/runbooks/deploy.md").read_text("utf-8")

    assert re.search("NOT_RECORDED_YET", text)
    assert "frontdesk check-release" in text
