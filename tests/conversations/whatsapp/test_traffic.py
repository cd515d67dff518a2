"""How WhatsApp does: what is told is what one counts in the events."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.postgres import Database
from adapters.read_models.fold import moved_on
from adapters.read_models.tables import Rows, table_for
from application.conversations.traffic import TooManyMessages, Traffic
from application.ports import Recorded
from application.sales.analytics import By, periods_of
from domain.conversations.messages import (
    ARRIVED,
    MESSAGE,
    PROGRESS,
    MessageKind,
    MessagePosted,
    MessageStatus,
    ReportMessage,
    message_at,
    report,
)
from domain.values import ThreadId
from projections.conversations.traffic import TRAFFIC, traffic
from projections.paging import Within
from tests.conversations.threads.examples import ana, message_posted, zoe
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, Fault, told

pytestmark = pytest.mark.postgres

ZONE: Final = "Europe/Paris"
AROUND: Final = datetime(2027, 3, 28, 1, tzinfo=UTC)
"""When clocks are changed there."""

THREADS: Final = [ThreadId(f"thread-0198c0de-0000-7000-8000-00000000000{n}") for n in range(3)]
SAID: Final = st.tuples(
    st.sampled_from(range(len(THREADS))),
    st.sampled_from([ana, zoe]),
    st.integers(0, 20 * 3_600),
    st.sampled_from(["whatsapp", "whatsapp", "whatsapp", "app", "sms"]),
    st.sampled_from([MessageKind.TEXT, MessageKind.TEXT, MessageKind.NOTE]),
    st.lists(st.sampled_from(MessageStatus), max_size=4),
)


def messages(said: Sequence[Any]) -> list[list[Any]]:
    """Return the events of each message; each thread is on one channel."""
    at, places = AROUND - timedelta(days=1), defaultdict[ThreadId, int](int)
    channels: dict[ThreadId, str] = {}
    found = []
    for number, (thread, author, seconds, channel, kind, statuses) in enumerate(said):
        at += timedelta(seconds=seconds)
        thread_id = THREADS[thread]
        channels.setdefault(thread_id, channel)
        places[thread_id] += 1
        out = author == ana and kind is MessageKind.TEXT and channels[thread_id] != "app"
        posted = replace(
            message_posted,
            message_id=message_at(thread_id, places[thread_id]),
            thread_id=thread_id,
            sequence=places[thread_id],
            author=author,
            at=at,
            channel=channels[thread_id],
            kind=kind if author == ana else MessageKind.TEXT,
            status=MessageStatus.QUEUED if out else MessageStatus.DELIVERED,
            local_id=str(number),
        )
        history: list[Any] = [posted]
        for status in statuses if out else ():
            order = ReportMessage(message_id=posted.message_id, status=status, at=at)
            history += report(order, MESSAGE.fold(history))
        found.append(history)
    return found


def asked(database: Database, told: Sequence[Sequence[Any]], **more: Any) -> Traffic:
    """Ask a business of which this was recorded, and nothing else."""
    tenant, rows = str(uuid4()), Rows()
    for history in told:
        key = (tenant, history[0].message_id)
        for number, event in enumerate(history, 1):
            rows[key] = moved_on(TRAFFIC, key, rows.get(key), _recorded(number, key[1], event))
    days = periods_of(By.DAY, FIRST, UNTIL, today=FIRST, time_zone=ZONE)
    with database.as_worker() as connection:
        table_for(TRAFFIC).store(connection, {k: row for k, row in rows.items() if row})
    with database.as_tenant(tenant) as connection:
        return traffic(
            connection, tenant, "whatsapp", days, time_zone=ZONE, within=Within(), **more
        )


FIRST, UNTIL = date(2027, 3, 26), date(2027, 4, 5)


def _recorded(number: int, stream: str, event: Any) -> Recorded:
    return Recorded(
        position=number,
        tenant="",
        tenant_position=number,
        stream=stream,
        version=number,
        type="",
        event=event,
        recorded_at=AROUND,
    )


def counted(told: Sequence[Sequence[Any]]) -> Mapping[date | None, Any]:
    """Count day by day, apart from the product: by going through the events one by one."""
    days: dict[date | None, Any] = defaultdict(
        lambda: {"received": 0, "sent": 0, "delivered": 0, "read": 0, "failed": 0, "waits": []}
    )
    waiting: dict[ThreadId, tuple[date, datetime, list[Any]]] = {}
    for history in told:
        posted: MessagePosted = history[0]
        if posted.channel != "whatsapp" or posted.kind is not MessageKind.TEXT:
            continue
        day = posted.at.astimezone(ZoneInfo(ZONE)).date()
        for of in (days[day], days[None]) if FIRST <= day < UNTIL else ():
            _count(history, of)
        _wait(posted, day, waiting, days)
    return {day: _figures(each) for day, each in days.items()}


def _count(history: Sequence[Any], of: dict[str, Any]) -> None:
    posted, statuses = history[0], [each.status for each in history]
    if posted.author == zoe:
        of["received"] += 1
        return
    of["sent"] += any(each in PROGRESS[PROGRESS.index(MessageStatus.SENT) :] for each in statuses)
    of["delivered"] += statuses[-1] in ARRIVED
    of["read"] += statuses[-1] in (MessageStatus.READ, MessageStatus.PLAYED)
    of["failed"] += statuses[-1] is MessageStatus.FAILED


def _wait(posted: MessagePosted, day: date, waiting: dict[Any, Any], days: dict[Any, Any]) -> None:
    since = waiting.get(posted.thread_id)
    if posted.author == zoe and since is None:
        waiting[posted.thread_id] = (day, posted.at)
        for each in (day, None) if FIRST <= day < UNTIL else ():
            days[each]["waits"].append([posted.at, None])
    elif posted.author == ana and since is not None:
        del waiting[posted.thread_id]
        for each in (since[0], None) if FIRST <= since[0] < UNTIL else ():
            began = next(w for w in days[each]["waits"] if w == [since[1], None])
            began[1] = posted.at


def _figures(of: dict[str, Any]) -> dict[str, Any]:
    waits = of.pop("waits")
    seconds = sorted(int((end - begin).total_seconds()) for begin, end in waits if end)

    def rank(share: float) -> int | None:
        return seconds[ceil(share * len(seconds)) - 1] if seconds else None

    answers = {
        "waits": len(waits),
        "answered": len(seconds),
        "median_seconds": rank(0.5),
        "p90_seconds": rank(0.9),
    }
    return {**of, "answers": answers}


@given(st.lists(SAID, max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_each_figure_is_what_one_counts_in_the_events(database: Database, said: list[Any]) -> None:
    histories = messages(said)

    found = asked(database, histories)

    expected, nothing = counted(histories), counted([messages([])][0])
    none = _figures({"received": 0, "sent": 0, "delivered": 0, "read": 0, "failed": 0, "waits": []})
    assert nothing == {}
    for day, figures in [(None, found.total), *((each.day, each) for each in found.days)]:
        told = msgspec.to_builtins(figures)
        assert {name: told[name] for name in none} == expected.get(day, none)


def test_more_than_are_counted_at_once_are_refused(database: Database) -> None:
    three = messages([(0, zoe, 60, "whatsapp", MessageKind.TEXT, [])] * 3)

    assert asked(database, three, most=3).total.received == 3
    with pytest.raises(TooManyMessages):
        asked(database, three, most=2)


def test_it_is_told_day_by_day_and_as_a_table(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    desk.running.clock.set(desk.running.clock() + timedelta(minutes=7))
    desk.answers("Oui")
    meta.faults = [Fault.WINDOW]
    desk.answers("Ou non")
    desk.is_called(told((meta.name(1), "read"), at=desk.now))

    found = desk.ana.http.get("/v1/whatsapp/analytics").json()
    figures = {
        "received": 1,
        "sent": 1,
        "delivered": 1,
        "read": 1,
        "failed": 1,
        "answers": {"waits": 1, "answered": 1, "median_seconds": 420, "p90_seconds": 420},
    }
    assert (found["channel"], found["total"], len(found["days"])) == ("whatsapp", figures, 30)
    today = found["days"][-1]
    assert {name: today[name] for name in figures} == figures
    table = desk.ana.http.get("/v1/whatsapp/analytics.csv", params={"from": today["day"]})
    assert table.text.splitlines()[1:] == [
        "total,1,1,1,1,1,1,1,420,420",
        f"{today['day']},1,1,1,1,1,1,1,420,420",
    ]


def test_what_is_asked_has_bounds(desk: Desk) -> None:
    for asked_ in ({"from": "2020-01-01"}, {"from": "2027-01-02", "until": "2027-01-02"}):
        refused = desk.ana.http.get("/v1/whatsapp/analytics", params=asked_)
        assert (refused.status_code, refused.json()["code"]) == (422, "periods-invalid")
