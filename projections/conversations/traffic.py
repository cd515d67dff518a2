"""What comes and goes on other channels, how far does it get, and how soon are people answered?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, assert_never

from msgspec.structs import replace
from psycopg import Connection, sql
from psycopg.rows import class_row

from application.conversations.traffic import (
    MOST_MESSAGES,
    Answers,
    DayFigures,
    TooManyMessages,
    Traffic,
    TrafficFigures,
)
from application.sales.analytics import Period
from domain.conversations.messages import (
    ARRIVED,
    IN_APP,
    PROGRESS,
    MessageKind,
    MessagePosted,
    MessageReported,
    MessageStatus,
)
from domain.conversations.participants import is_staff
from domain.values import MessageId, ThreadId
from projections.paging import Op, Where, Within, conditions
from projections.read_model import ReadModel, Row


class CarriedMessage(Row, frozen=True, kw_only=True):
    """`is_theirs`: it came from outside. `was_taken`: whoever carries it had it, whatever became of it there."""

    id: MessageId
    thread_id: ThreadId
    sequence: int
    channel: str
    is_theirs: bool
    posted_at: datetime
    status: MessageStatus
    was_taken: bool = False


TAKEN: Final = PROGRESS[PROGRESS.index(MessageStatus.SENT) :]


def _evolve(
    row: CarriedMessage | None, event: MessagePosted | MessageReported
) -> CarriedMessage | None:
    match event:
        case MessagePosted():
            return _posted(event)
        case MessageReported(status=status):
            taken = status in TAKEN
            return row and replace(row, status=status, was_taken=row.was_taken or taken)
        case _:
            assert_never(event)


def _posted(event: MessagePosted) -> CarriedMessage | None:
    if event.channel == IN_APP or event.kind is not MessageKind.TEXT:
        return None
    return CarriedMessage(
        id=event.message_id,
        thread_id=event.thread_id,
        sequence=event.sequence,
        channel=event.channel,
        is_theirs=not is_staff(event.author),
        posted_at=event.at,
        status=event.status,
    )


TRAFFIC: Final = ReadModel(
    name="traffic",
    version=1,
    row=CarriedMessage,
    subscribes_to=(MessagePosted, MessageReported),
    key=lambda event: [event.message_id],
    evolve=_evolve,
    columns=(
        "thread_id",
        "sequence",
        "channel",
        "is_theirs",
        "posted_at",
        "status",
        "was_taken",
    ),
    indexes=(("channel", "posted_at"), ("thread_id", "sequence")),
    owner="message",
)

# Whoever was answered, or never wrote, begins to wait with what they write next.
COUNTED: Final = """
    WITH written AS MATERIALIZED (
        SELECT width_bucket(r.posted_at, %s::timestamptz[]) AS period,
            r.tenant_id, r.thread_id, r.sequence, r.is_theirs, r.posted_at, r.status, r.was_taken
        FROM live.traffic r WHERE {written} LIMIT %s
    ),
    waits AS (
        SELECT w.period,
            floor(extract(epoch FROM answer.posted_at - w.posted_at))::bigint AS seconds
        FROM written w
        LEFT JOIN LATERAL (
            SELECT b.is_theirs FROM live.traffic b
            WHERE b.tenant_id = w.tenant_id AND b.thread_id = w.thread_id
              AND b.sequence < w.sequence
            ORDER BY b.sequence DESC LIMIT 1
        ) before ON true
        LEFT JOIN LATERAL (
            SELECT a.posted_at FROM live.traffic a
            WHERE a.tenant_id = w.tenant_id AND a.thread_id = w.thread_id
              AND a.sequence > w.sequence AND NOT a.is_theirs
            ORDER BY a.sequence LIMIT 1
        ) answer ON true
        WHERE w.is_theirs AND before.is_theirs IS NOT TRUE
    ),
    went AS (
        SELECT period, count(*) AS written, count(*) FILTER (WHERE is_theirs) AS received,
            count(*) FILTER (WHERE was_taken) AS sent,
            count(*) FILTER (WHERE NOT is_theirs AND status = ANY(%s)) AS delivered,
            count(*) FILTER (WHERE NOT is_theirs AND status = ANY(%s)) AS read,
            count(*) FILTER (WHERE status = %s) AS failed
        FROM written GROUP BY GROUPING SETS ((period), ())
    ),
    waited AS (
        SELECT period, count(*) AS waits, count(seconds) AS answered,
            percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
            percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) AS p90
        FROM waits GROUP BY GROUPING SETS ((period), ())
    )
    SELECT went.period, written, received, sent, delivered, read, failed,
        coalesce(waits, 0) AS waits, coalesce(answered, 0) AS answered, median, p90
    FROM went LEFT JOIN waited ON waited.period IS NOT DISTINCT FROM went.period
"""
"""`percentile_disc` is the nearest rank."""


class _Counted(NamedTuple):
    """What was counted of one day, counted from 1, or of all of them."""

    period: int | None
    written: int
    received: int
    sent: int
    delivered: int
    read: int
    failed: int
    waits: int
    answered: int
    median: int | None
    p90: int | None


NOTHING: Final = _Counted(None, 0, 0, 0, 0, 0, 0, 0, 0, None, None)


def traffic(
    connection: Connection[Any],
    tenant: str,
    channel: str,
    days: Sequence[Period],
    *,
    time_zone: str,
    within: Within,
    most: int = MOST_MESSAGES,
) -> Traffic:
    """Count what was written on some days. Raises TooManyMessages."""
    counted = _counted(connection, tenant, channel, days, within, most)
    total = counted.get(None, NOTHING)
    if total.written > most:
        raise TooManyMessages(most=most)
    return Traffic(
        channel=channel,
        time_zone=time_zone,
        total=TrafficFigures(**_figures(total)),
        days=[_of_day(each, counted.get(n, NOTHING)) for n, each in enumerate(days, 1)],
    )


def _counted(
    connection: Connection[Any],
    tenant: str,
    channel: str,
    days: Sequence[Period],
    within: Within,
    most: int,
) -> Mapping[int | None, _Counted]:
    where = [
        Where("channel", Op.IS, [channel]),
        Where("posted_at", Op.AT_LEAST, days[0].starts_at),
        Where("posted_at", Op.BELOW, days[-1].ends_at),
    ]
    written, values = conditions(tenant, within, where)
    statement = sql.SQL(COUNTED).format(written=written)
    read = [*ARRIVED[ARRIVED.index(MessageStatus.READ) :]]
    starts = [each.starts_at for each in days]
    asked = (starts, *values, most + 1, [*ARRIVED], read, MessageStatus.FAILED)
    with connection.cursor(row_factory=class_row(_Counted)) as cursor:
        return {each.period: each for each in cursor.execute(statement, asked, prepare=False)}


def _of_day(day: Period, counted: _Counted) -> DayFigures:
    return DayFigures(
        **_figures(counted), day=day.starts_on, starts_at=day.starts_at, ends_at=day.ends_at
    )


def _figures(counted: _Counted) -> dict[str, Any]:
    return {
        "received": counted.received,
        "sent": counted.sent,
        "delivered": counted.delivered,
        "read": counted.read,
        "failed": counted.failed,
        "answers": Answers(
            waits=counted.waits,
            answered=counted.answered,
            median_seconds=counted.median,
            p90_seconds=counted.p90,
        ),
    }
