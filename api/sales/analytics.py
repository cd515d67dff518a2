"""How leads do, over HTTP: as JSON, and as a table."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Response

from api.requests.answers import Bytes, Made, answers
from api.requests.caller import JSON, Caller
from api.requests.moments import BoundedDay
from api.streamed.tables import CSV
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.business.tenants import zone_of
from application.permissions import Permission
from application.sales.analytics import (
    By,
    LeadAnalytics,
    LeadFigures,
    PeriodsInvalid,
    SourceFigures,
    TooManyLeads,
    periods_of,
)
from application.spreadsheets import table
from domain.zones import to_local, zone
from projections.sales.analytics import lead_analytics
from projections.sales.leads import LEADS

MayRead = Annotated[Caller, may(Permission.LEADS_READ)]
First = Annotated[BoundedDay | None, Query(alias="from")]

REFUSES: Final = (PeriodsInvalid, TooManyLeads)

router: Final = Router(prefix="/v1/analytics", tags=["leads"])


@router.get("/leads")
@answers(Made(LeadAnalytics), refuses=REFUSES)
@heavy
def show_lead_analytics(
    caller: MayRead,
    by: By = By.MONTH,
    first: First = None,
    until: BoundedDay | None = None,
) -> Response:
    """Show how leads do: how many of those who came are won, from where they came, how soon they were
    answered, and how far they are, in each period and in all of them.

    `from` and `until` are days by the clock of the business, of which `until` is not meant any more: the
    last thirty days, twelve weeks or twelve months if nothing is said. Weeks begin on Monday, and the first
    and last period are as long as is asked. There are 400 periods at most, and 100,000 leads.
    """
    found = _asked(caller, by, first, until)
    return Response(msgspec.json.encode(found), media_type=JSON)


@router.get("/leads.csv", response_class=Response)
@answers(Bytes((CSV,), tagged=False), refuses=REFUSES)
@heavy
def show_lead_analytics_as_table(
    caller: MayRead,
    by: By = By.MONTH,
    first: First = None,
    until: BoundedDay | None = None,
) -> Response:
    """Show the same as a table: in each line a figure of a period, which is named by its first day, or of
    the `total`; and `of` which source or status it is.
    """
    found = _asked(caller, by, first, until)
    marks = {"Content-Disposition": f'attachment; filename="leads-by-{by}.csv"'}
    return Response(table([HEAD, *_lines(found)]).encode(), headers=marks, media_type=CSV)


def _asked(
    caller: Caller, by: By, first: BoundedDay | None, until: BoundedDay | None
) -> LeadAnalytics:
    time_zone = caller.ask(lambda past: zone_of(caller.principal.tenant_id, past))
    today = to_local(caller.now, zone(time_zone)).date()
    periods = periods_of(by, first, until, today=today, time_zone=time_zone)
    with caller.asking(LEADS) as (connection, within):
        return lead_analytics(
            connection, caller.tenant, periods, by=by, time_zone=time_zone, within=within
        )


# --- As a table ---------------------------------------------------------------------------

HEAD: Final = ("period", "figure", "of", "value")
TOTAL: Final = "total"


def _lines(found: LeadAnalytics) -> Iterator[tuple[Any, ...]]:
    for line in _figures(found.total):
        yield TOTAL, *line
    for period in found.periods:
        for line in _figures(period):
            yield period.starts_on, *line


def _figures(of: LeadFigures) -> Iterator[tuple[str, str, float | None]]:
    yield "opened", "", of.opened
    yield "opened_and_converted", "", of.opened_and_converted
    yield "conversion_rate", "", of.conversion_rate
    yield "converted", "", of.converted
    yield "answered", "", of.first_response.answered
    yield "first_response_median_seconds", "", of.first_response.median_seconds
    yield "first_response_p95_seconds", "", of.first_response.p95_seconds
    for source in of.sources:
        where, name = _from(source), source.source or ""
        yield f"opened_{where}", name, source.opened
        yield f"opened_and_converted_{where}", name, source.opened_and_converted
        yield f"conversion_rate_{where}", name, source.conversion_rate
    for status in of.pipeline:
        yield "now_in_status", status.status, status.now
        yield "left_status", status.status, status.left
        yield "median_seconds_in_status", status.status, status.median_seconds


def _from(source: SourceFigures) -> str:
    if source.is_rest:
        return "from_other_sources"
    return "from_source" if source.source is not None else "from_unknown_source"
