"""How WhatsApp does, over HTTP: as JSON, and as a table."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Response

from api.conversations.threads import MayRead
from api.requests.answers import Bytes, Made, answers
from api.requests.caller import JSON, Caller
from api.requests.moments import BoundedDay
from api.streamed.tables import CSV
from api.web.routing import Router
from api.web.turns import heavy
from application.business.tenants import zone_of
from application.conversations.traffic import TooManyMessages, Traffic, TrafficFigures
from application.sales.analytics import By, PeriodsInvalid, periods_of
from application.spreadsheets import table
from domain.conversations.channels import WHATSAPP
from domain.zones import to_local, zone
from projections.conversations.traffic import TRAFFIC, traffic

First = Annotated[BoundedDay | None, Query(alias="from")]
REFUSES: Final = (PeriodsInvalid, TooManyMessages)

router: Final = Router(prefix="/v1/whatsapp", tags=["threads"])


@router.get("/analytics")
@answers(Made(Traffic), refuses=REFUSES)
@heavy
def show_whatsapp_analytics(
    caller: MayRead, first: First = None, until: BoundedDay | None = None
) -> Response:
    """Show how WhatsApp does: how many messages came, how many of ours were sent, delivered, read and failed, and how soon
    people were answered who began to wait; on each day, and on all of them. For who has leave for all conversations.

    `from` and `until` are days by the clock of the business, of which `until` is not meant any more: the last thirty days
    if nothing is said, and 400 at most, with 100,000 messages.
    """
    return Response(msgspec.json.encode(asked(caller, first, until)), media_type=JSON)


@router.get("/analytics.csv", response_class=Response)
@answers(Bytes((CSV,), tagged=False), refuses=REFUSES)
@heavy
def show_whatsapp_analytics_as_table(
    caller: MayRead, first: First = None, until: BoundedDay | None = None
) -> Response:
    """Show the same as a table: a line for each day, and one for the `total`."""
    marks = {"Content-Disposition": 'attachment; filename="whatsapp-by-day.csv"'}
    lines = table([HEAD, *_lines(asked(caller, first, until))])
    return Response(lines.encode(), headers=marks, media_type=CSV)


def asked(caller: Caller, first: BoundedDay | None, until: BoundedDay | None) -> Traffic:
    """Return how WhatsApp does. Raises PermissionMissing, PeriodsInvalid, TooManyMessages."""
    time_zone = caller.ask(lambda past: zone_of(caller.principal.tenant_id, past))
    today = to_local(caller.now, zone(time_zone)).date()
    days = periods_of(By.DAY, first, until, today=today, time_zone=time_zone)
    with caller.asking(TRAFFIC) as (connection, within):
        return traffic(
            connection, caller.tenant, WHATSAPP.name, days, time_zone=time_zone, within=within
        )


# --- As a table ---------------------------------------------------------------------------

HEAD: Final = (
    "day",
    "received",
    "sent",
    "delivered",
    "read",
    "failed",
    "waits",
    "answered",
    "median_seconds",
    "p90_seconds",
)
TOTAL: Final = "total"


def _lines(found: Traffic) -> Iterator[tuple[Any, ...]]:
    yield TOTAL, *_figures(found.total)
    for day in found.days:
        yield day.day, *_figures(day)


def _figures(of: TrafficFigures) -> tuple[int | None, ...]:
    answers_ = of.answers
    return (
        *(of.received, of.sent, of.delivered, of.read, of.failed),
        *(answers_.waits, answers_.answered, answers_.median_seconds, answers_.p90_seconds),
    )
