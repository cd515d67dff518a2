# ruff: noqa: DTZ001 (what a wall clock reads has no zone)
import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.zones import ZONES, UnknownTimeZone, to_local, to_utc, tzdata_version, zone
from tests.scheduling.availability.examples import at

INSTANTS = [
    ("Europe/Paris", "2027-03-28T01:59", "2027-03-28T00:59"),
    ("Europe/Paris", "2027-03-28T03:00", "2027-03-28T01:00"),
    ("Europe/Paris", "2026-10-25T03:00", "2026-10-25T02:00"),
    ("America/New_York", "2026-11-01T00:59", "2026-11-01T04:59"),
    ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00"),
    ("America/Vancouver", "2026-12-10T10:00", "2026-12-10T17:00"),
    ("America/Vancouver", "2026-07-10T10:00", "2026-07-10T17:00"),
    ("Africa/Casablanca", "2026-02-14T10:00", "2026-02-14T09:00"),
    ("Africa/Casablanca", "2026-02-16T10:00", "2026-02-16T10:00"),
    ("Africa/Casablanca", "2026-03-23T10:00", "2026-03-23T09:00"),
    ("Asia/Gaza", "2026-10-23T10:00", "2026-10-23T07:00"),
    ("Asia/Gaza", "2026-10-24T10:00", "2026-10-24T08:00"),
    ("Asia/Gaza", "2027-03-27T10:00", "2027-03-27T07:00"),
]


@pytest.mark.parametrize(("name", "local", "utc"), INSTANTS)
def test_a_wall_clock_reads_what_its_zone_says(name, local, utc) -> None:
    reading = datetime.fromisoformat(local)

    assert to_utc(reading, zone(name)) == at(utc)
    assert to_local(at(utc), zone(name)) == reading


def test_a_reading_that_is_skipped_is_moved_on_by_what_is_skipped() -> None:
    skipped = to_utc(datetime(2027, 3, 28, 2, 30), zone("Europe/Paris"))

    assert to_local(skipped, zone("Europe/Paris")) == datetime(2027, 3, 28, 3, 30)


def test_of_two_instants_with_one_reading_the_first_is_meant() -> None:
    assert to_utc(datetime(2026, 10, 25, 2, 30), zone("Europe/Paris")) == at("2026-10-25T00:30")


def test_a_reading_does_not_remember_which_of_two_instants_it_was() -> None:
    first, second = at("2026-10-25T00:30"), at("2026-10-25T01:30")

    readings = [to_local(each, zone("Europe/Paris")) for each in (first, second)]

    assert readings == [datetime(2026, 10, 25, 2, 30)] * 2
    assert [reading.fold for reading in readings] == [0, 0]


@given(
    st.sampled_from(sorted(ZONES)),
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
def test_an_instant_is_found_again_by_its_reading_unless_the_clock_was_put_back(
    name, instant
) -> None:
    where = zone(name)

    found = to_utc(to_local(instant, where), where)

    assert found.tzinfo is UTC
    assert found == instant or (found < instant and _offset(found, where) > _offset(instant, where))


def _offset(instant: datetime, where: zoneinfo.ZoneInfo) -> timedelta:
    return to_local(instant, where) - instant.replace(tzinfo=None)


@pytest.mark.parametrize(
    "name", ["", "Mars", "../UTC", "/etc/localtime", "localtime", "Europe", "utc"]
)
def test_only_names_of_the_iana_list_are_time_zones(name) -> None:
    with pytest.raises(UnknownTimeZone) as refusal:
        zone(name)

    assert refusal.value.facts == {"time_zone": name}


def test_the_zone_files_of_the_machine_are_not_used() -> None:
    assert zoneinfo.TZPATH == ()


def test_the_zone_data_know_that_british_columbia_keeps_summer_time() -> None:
    assert tzdata_version() >= "2026b"
    assert datetime(2030, 1, 1, tzinfo=zone("America/Vancouver")).utcoffset() == timedelta(hours=-7)
