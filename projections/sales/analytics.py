"""How do leads do? Counted along the index by when they came, in one statement: all of one moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

from psycopg import Connection, sql
from psycopg.rows import class_row

from application.sales.analytics import (
    MOST_LEADS,
    MOST_SOURCES,
    By,
    FirstResponse,
    LeadAnalytics,
    LeadFigures,
    Period,
    PeriodFigures,
    SourceFigures,
    StatusFigures,
    TooManyLeads,
    rate,
)
from domain.sales.leads import LeadStatus
from projections.paging import Op, Where, Within, conditions

COUNTED: Final = """
    WITH leads AS MATERIALIZED (
        SELECT width_bucket(r.opened_at, %s::timestamptz[]) AS period, r.source, r.status,
            r.converted_at IS NOT NULL AS is_converted, r.answered_after, r.seconds_in
        FROM live.leads r WHERE {opened} AND removed_at IS NULL AND merged_into IS NULL LIMIT %s
    ),
    won AS (
        SELECT width_bucket(r.converted_at, %s::timestamptz[]) AS period
        FROM live.leads r WHERE {converted} AND removed_at IS NULL AND merged_into IS NULL LIMIT %s
    ),
    named AS (
        SELECT source AS name FROM leads WHERE source IS NOT NULL
        GROUP BY source ORDER BY count(*) DESC, source LIMIT %s
    ),
    by_source AS (
        SELECT period, is_converted, name,
            CASE WHEN source IS NULL THEN 'unknown' WHEN name IS NULL THEN 'rest' ELSE 'source' END AS kind
        FROM leads LEFT JOIN named ON name = source
    ),
    stays AS (
        SELECT period, stay.key AS status, stay.value::bigint AS seconds
        FROM leads CROSS JOIN LATERAL json_each_text(seconds_in) stay
    )
    SELECT 'opened' AS kind, period, NULL AS name, count(*) AS many,
        count(*) FILTER (WHERE is_converted) AS converted, count(answered_after) AS answered,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY answered_after) AS median,
        percentile_disc(0.95) WITHIN GROUP (ORDER BY answered_after) AS p95
    FROM leads GROUP BY GROUPING SETS ((period), ())
    UNION ALL
    SELECT 'won', period, NULL, count(*), 0, 0, NULL, NULL
    FROM won GROUP BY GROUPING SETS ((period), ())
    UNION ALL
    SELECT kind, period, name, count(*), count(*) FILTER (WHERE is_converted), 0, NULL, NULL
    FROM by_source GROUP BY GROUPING SETS ((period, kind, name), (kind, name))
    UNION ALL
    SELECT 'now', period, status, count(*), 0, 0, NULL, NULL
    FROM leads GROUP BY GROUPING SETS ((period, status), (status))
    UNION ALL
    SELECT 'left', period, status, count(*), 0, 0,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds), NULL
    FROM stays GROUP BY GROUPING SETS ((period, status), (status))
"""
"""`percentile_disc` is the nearest rank."""


class _Counted(NamedTuple):
    """One line of the answer: of which kind it is, of which period, counted from 1, or of all of them, and
    of what; how many there are.
    """

    kind: str
    period: int | None
    name: str | None
    many: int
    converted: int
    answered: int
    median: int | None
    p95: int | None


NONE: Final = _Counted("", None, None, 0, 0, 0, None, None)


def lead_analytics(
    connection: Connection[Any],
    tenant: str,
    periods: Sequence[Period],
    *,
    by: By,
    time_zone: str,
    within: Within,
    most: int = MOST_LEADS,
) -> LeadAnalytics:
    """Count the leads of some periods. Raises TooManyLeads."""
    counted = _counted(connection, tenant, periods, within, most)
    total = _figures(counted[None])
    if max(total.opened, total.converted) > most:
        raise TooManyLeads(most=most)
    return LeadAnalytics(
        time_zone=time_zone,
        by=by,
        total=total,
        periods=[_of_period(each, counted[n]) for n, each in enumerate(periods, 1)],
    )


def _counted(
    connection: Connection[Any],
    tenant: str,
    periods: Sequence[Period],
    within: Within,
    most: int,
) -> Mapping[int | None, Sequence[_Counted]]:
    """Return what was counted of each period, and of all of them under None."""
    opened, who_came = conditions(tenant, within, _between("opened_at", periods))
    converted, who_is_won = conditions(tenant, within, _between("converted_at", periods))
    statement = sql.SQL(COUNTED).format(opened=opened, converted=converted)
    starts, limit = [each.starts_at for each in periods], most + 1
    values = (starts, *who_came, limit, starts, *who_is_won, limit, MOST_SOURCES)
    found: dict[int | None, list[_Counted]] = defaultdict(list)
    with connection.cursor(row_factory=class_row(_Counted)) as cursor:
        for line in cursor.execute(statement, values, prepare=False):
            found[line.period].append(line)
    return found


def _between(column: str, periods: Sequence[Period]) -> Sequence[Where]:
    first, last = periods[0].starts_at, periods[-1].ends_at
    return [Where(column, Op.AT_LEAST, first), Where(column, Op.BELOW, last)]


def _of_period(period: Period, lines: Sequence[_Counted]) -> PeriodFigures:
    figures = _figures(lines)
    return PeriodFigures(
        **{name: getattr(figures, name) for name in figures.__struct_fields__},
        starts_on=period.starts_on,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
    )


def _figures(lines: Sequence[_Counted]) -> LeadFigures:
    opened = _one(lines, "opened")
    return LeadFigures(
        opened=opened.many,
        opened_and_converted=opened.converted,
        conversion_rate=rate(opened.converted, opened.many),
        converted=_one(lines, "won").many,
        first_response=FirstResponse(
            answered=opened.answered, median_seconds=opened.median, p95_seconds=opened.p95
        ),
        sources=_sources(lines),
        pipeline=[_status(each, lines) for each in LeadStatus],
    )


def _one(lines: Iterable[_Counted], kind: str, name: str | None = None) -> _Counted:
    """Return what was counted of something; nothing, if there was none of it."""
    return next((each for each in lines if (each.kind, each.name) == (kind, name)), NONE)


def _sources(lines: Iterable[_Counted]) -> Sequence[SourceFigures]:
    """Return those from which somebody came, most first, and last what is not known by name."""
    named = sorted((each for each in lines if each.kind == "source"), key=attrgetter("name"))
    named.sort(key=attrgetter("many"), reverse=True)
    others = [_one(lines, kind) for kind in ("rest", "unknown")]
    return [
        SourceFigures(
            source=each.name,
            is_rest=each.kind == "rest",
            opened=each.many,
            opened_and_converted=each.converted,
            conversion_rate=rate(each.converted, each.many),
        )
        for each in (*named, *(other for other in others if other.many))
    ]


def _status(status: LeadStatus, lines: Iterable[_Counted]) -> StatusFigures:
    left = _one(lines, "left", status)
    now = _one(lines, "now", status).many
    return StatusFigures(status=status, now=now, left=left.many, median_seconds=left.median)
