"""What the page on growth says is what its simulation gives, and the simulation obeys its laws."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.consumers import runner
from adapters.event_store import writer
from adapters.streams import relay
from infra.growth import basis, placement, regions, workers
from infra.growth.page import PAGE, with_tables
from infra.growth.placement import PLACINGS, by_directory, by_hash, by_rendezvous, filled, levelled
from infra.growth.queues import Service, arriving, closed, served, waited
from infra.growth.tenants import LOG, ZONES, busiest_hour

LOADS = st.lists(st.floats(0.01, 1_000), min_size=1, max_size=60)
DATABASES = st.integers(1, 9)


def test_the_page_shows_what_the_program_gives() -> None:
    """If it does not: `python -m infra.growth --write`, and read whether the text is still true."""
    page = PAGE.read_text(encoding="utf-8")

    assert Path("infra/growth.md").absolute() == PAGE
    assert with_tables(page) == page


def test_the_limits_are_those_of_the_code() -> None:
    assert basis.MOST_IN_A_COMMIT == writer.MOST_PER_BATCH
    assert basis.MOST_IN_A_RELAYED_BATCH == relay.BATCH
    assert basis.MOST_IN_A_STEP == runner.BATCH
    assert basis.RHYTHM_MS == runner.RHYTHM * 1_000


# --- Queues ----------------------------------------------------------------------------------


@pytest.mark.parametrize("callers", basis.APPENDED)
def test_the_model_of_the_log_is_as_fast_as_the_log_was(callers: int) -> None:
    modelled = closed(callers, LOG, rounds=20_000, seed=5)

    assert modelled == pytest.approx(basis.APPENDED[callers], rel=0.1)


@given(
    gaps=st.lists(st.floats(0, 0.1), min_size=1, max_size=200),
    most=st.integers(1, 20),
    away=st.floats(0, 0.1),
)
def test_everybody_is_served_once_in_order_and_not_before_he_came(
    gaps: list[float], most: int, away: float
) -> None:
    arrivals = [sum(gaps[: n + 1]) for n in range(len(gaps))]

    done = served(arrivals, Service(0.01, 0.001, most, away=away), seed=1)

    assert len(done) == len(arrivals)
    assert done == sorted(done)
    assert all(end >= at + away for at, end in zip(arrivals, done, strict=True))
    assert all(done.count(end) <= most for end in done)


@pytest.mark.parametrize(("used", "stable"), [(0.5, True), (0.9, True), (1.2, False)])
def test_waiting_has_an_end_only_below_what_can_be_done(used: float, stable: bool) -> None:
    arrivals = arriving(used * LOG.most_per_second, 40_000, seed=2)
    done = served(arrivals, LOG, seed=3)

    early, late = (
        waited(arrivals[part], done[part]) for part in (slice(20_000), slice(20_000, None))
    )

    assert (late < 1.5 * early) == stable


def test_nobody_is_busier_for_being_in_several_zones() -> None:
    assert all(busiest_hour(where) <= busiest_hour({0: 1.0}) for where in ZONES.values())
    assert all(sum(where.values()) == pytest.approx(1) for where in ZONES.values())


# --- Placement -------------------------------------------------------------------------------


@given(loads=LOADS, databases=DATABASES, name=st.sampled_from(sorted(PLACINGS)))
def test_every_tenant_is_on_one_database(loads: list[float], databases: int, name: str) -> None:
    places = PLACINGS[name](loads, databases)

    assert len(places) == len(loads)
    assert set(places) <= set(range(databases))
    assert sum(filled(loads, places, databases)) == pytest.approx(databases)


@given(loads=LOADS, databases=DATABASES)
def test_the_directory_is_never_twice_as_full_as_anything_else_could_be(
    loads: list[float], databases: int
) -> None:
    """Graham's bound, which holds although nobody knows how large those to come will be."""
    directory, hashed = (
        max(filled(loads, placing(loads, databases), databases))
        for placing in (by_directory, by_hash)
    )

    assert directory <= (2 - 1 / databases) * hashed + 1e-9


@given(tenants=st.integers(1, 60), databases=DATABASES)
def test_a_database_more_takes_and_moves_nobody_else(tenants: int, databases: int) -> None:
    before, after = (by_rendezvous([1.0] * tenants, n) for n in (databases, databases + 1))

    assert all(new in {old, databases} for old, new in zip(before, after, strict=True))


@given(loads=LOADS, databases=DATABASES, over=st.floats(1, 2))
def test_levelling_makes_nothing_fuller_and_stops_when_it_is_enough(
    loads: list[float], databases: int, over: float
) -> None:
    before = by_hash(loads, databases)
    full = max(filled(loads, before, databases))

    after = levelled(loads, before, databases, over)

    assert max(filled(loads, after, databases)) <= full + 1e-9
    assert full > over or after == before


def test_what_is_large_stays_where_it_is_and_others_make_room() -> None:
    loads = [5.0, 1.0, 1.0, 1.0]

    assert levelled(loads, [0, 0, 0, 1], 2, over=1.25) == [0, 1, 1, 1]


# --- Workers and regions ---------------------------------------------------------------------


@given(slots=st.lists(st.integers(0, 9), min_size=12, max_size=12), count=st.integers(1, 12))
def test_every_consumer_is_carried_on_by_one_worker(slots: list[int], count: int) -> None:
    slots[0] += 1
    mean = basis.FETCHED_US + workers.shared(count, slots).folding / count
    alone = basis.FETCHED_US + workers.shared(count, slots).folding

    assert mean - 1e-9 <= workers.shared(count, slots).busiest <= alone + 1e-9
    assert workers.shared(count, slots).fetching == basis.FETCHED_US * count


def test_who_waits_for_a_replica_waits_for_the_way() -> None:
    waits = [regions.answer(1_000, away) for away in (0, 1, 20, 80)]

    assert waits == sorted(waits)
    assert all(wait >= away for wait, away in zip(waits, (0, 1, 20, 80), strict=True))


def test_the_later_a_replica_the_less_it_can_answer() -> None:
    stays = [regions.on_the_primary(lag) for lag in (0.001, 0.1, 1, 10, 100)]

    assert stays == sorted(stays)
    assert stays[0] == pytest.approx(1 / basis.LISTS_PER_BOOKING, rel=0.01), "the first look"
    assert stays[-1] < regions.LOOKS / basis.LISTS_PER_BOOKING


def test_a_change_moves_less_by_directory_than_by_hash() -> None:
    rows = {row[0]: row for row in placement.changes().rows}

    assert int(rows["directory"][1].split()[0]) < 100 < int(rows["rendezvous"][1].split()[0])
    assert all(float(rows["directory"][place]) <= 1.06 for place in (2, 4))
