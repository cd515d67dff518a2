"""Whatever happens to leads, over changes of the clock in any zone: what is told is what one counts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.postgres import Database
from adapters.read_models.fold import moved_on
from adapters.read_models.tables import Rows, table_for
from application.sales.analytics import By, LeadAnalytics, LeadFigures, TooManyLeads, periods_of
from domain.sales.leads import LeadStatus
from domain.values import ClientId
from projections.paging import Within
from projections.sales.analytics import lead_analytics
from projections.sales.leads import LEADS
from tests.sales.analytics.counted import History, figures

pytestmark = pytest.mark.postgres

SOURCES: Final = (None, "google", "instagram", "=1+1", *(f"flyer {n:02}" for n in range(24)))

# Where and when a clock is changed: by day and by night, at midnight both ways, and by a whole day.
CHANGES: Final = (
    ("Europe/Paris", datetime(2027, 3, 28, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 2, 18, 2, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 12, 31, 18, 30, tzinfo=UTC)),
)

STEPS: Final = st.one_of(
    st.tuples(st.just("comes"), st.sampled_from(SOURCES)),
    st.tuples(st.just("moves"), st.sampled_from(LeadStatus)),
    st.tuples(st.sampled_from(["is contacted", "is won", "is erased"])),
)
MINUTES: Final = st.integers(0, 4 * 24 * 60)
LEADS_: Final = st.lists(
    st.tuples(
        st.sampled_from(SOURCES),
        st.integers(-50 * 60, 50 * 60),
        st.lists(st.tuples(MINUTES, STEPS), max_size=6),
    ),
    max_size=40,
)


def histories(told: Sequence[Any], around: datetime) -> list[History]:
    """Return leads that came some minutes before or after a time, and what happened to them then."""
    found = []
    for number, (source, minutes, steps) in enumerate(told):
        at = around + timedelta(minutes=minutes)
        lead = History(ClientId(f"client-00000000-0000-7000-8000-{number:012x}"))
        lead.tries(("comes", source), at)
        for later, step in steps:
            at += timedelta(minutes=later)
            lead.tries(step, at)
        found.append(lead)
    return found


def asked(
    database: Database, told: Sequence[History], *question: Any, **more: Any
) -> LeadAnalytics:
    """Ask a business that has had these leads, and nothing else."""
    tenant, rows = str(uuid4()), Rows()
    for lead in told:
        key = (tenant, lead.lead_id)
        for past in lead.recorded():
            rows[key] = moved_on(LEADS, key, rows.get(key), past)
    by, first, until, zone = question
    periods = periods_of(by, first, until, today=first, time_zone=zone)
    with database.as_worker() as connection:
        table_for(LEADS).store(connection, rows)
    with database.as_tenant(tenant) as connection:
        return lead_analytics(
            connection, tenant, periods, by=by, time_zone=zone, within=Within(), **more
        )


def plain(found: LeadFigures) -> dict[str, Any]:
    """Return figures as they are counted apart."""
    told = {name: getattr(found, name) for name in LeadFigures.__struct_fields__}
    return {
        **told,
        "first_response": msgspec.structs.asdict(found.first_response),
        "sources": {
            (s.source, s.is_rest): (s.opened, s.opened_and_converted, s.conversion_rate)
            for s in found.sources
        },
        "pipeline": {s.status: (s.now, s.left, s.median_seconds) for s in found.pipeline},
    }


@given(
    st.sampled_from(CHANGES),
    st.sampled_from(By),
    LEADS_,
    st.integers(-40, 0),
    st.integers(1, 40),
)
@example(CHANGES[0], By.DAY, [(source, 0, []) for source in SOURCES], -1, 2)
@example(CHANGES[4], By.DAY, [(None, n, [(0, ("is won",))]) for n in range(-90, 90)], -2, 3)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_each_figure_is_what_one_counts_in_the_events(
    database: Database,
    change: tuple[str, datetime],
    by: By,
    told: list[Any],
    before: int,
    after: int,
) -> None:
    (zone, around), day = change, change[1].date()
    leads = histories(told, around)
    first, until = day + timedelta(days=before), day + timedelta(days=after)

    found = asked(database, leads, by, first, until, zone)

    counted = figures(leads, by, first, until, zone)
    nothing = figures([], by, first, until, zone)[None]
    assert plain(found.total) == counted[None]
    assert {p.starts_on: plain(p) for p in found.periods} == {
        each.starts_on: counted.get(each.starts_on, nothing) for each in found.periods
    }
    assert counted.keys() <= {None, *(each.starts_on for each in found.periods)}
    add_up(found)


def add_up(found: LeadAnalytics) -> None:
    """Fail unless sources, and who is where now, are all who came; and periods are the whole."""
    for each in (found.total, *found.periods):
        assert sum(source.opened for source in each.sources) == each.opened
        assert sum(status.now for status in each.pipeline) == each.opened
    for name in ("opened", "opened_and_converted", "converted"):
        assert sum(getattr(p, name) for p in found.periods) == getattr(found.total, name)


def test_more_than_are_counted_at_once_are_refused(database: Database) -> None:
    zone, around = CHANGES[0]
    three = histories([(None, n, [(0, ("is won",))]) for n in range(3)], around)
    question = (By.DAY, around.date(), around.date() + timedelta(days=1), zone)

    assert asked(database, three, *question, most=3).total.converted == 3
    with pytest.raises(TooManyLeads):
        asked(database, three, *question, most=2)


DAYS: Final = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@given(st.sampled_from(By), DAYS, st.integers(1, 400), st.sampled_from([c[0] for c in CHANGES]))
def test_periods_have_no_gaps_and_begin_where_calendars_do(
    by: By, first: date, days: int, zone: str
) -> None:
    until = first + timedelta(days=days)

    found = periods_of(by, first, until, today=first, time_zone=zone)

    assert found[0].starts_on == first
    assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
    later = [each.starts_on for each in found[1:]]
    assert all(day.weekday() == 0 for day in later) or by is not By.WEEK
    assert all(day.day == 1 for day in later) or by is not By.MONTH
    assert by is not By.DAY or len(found) == days
