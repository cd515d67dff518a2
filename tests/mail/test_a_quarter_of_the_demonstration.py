"""The demonstration, walked through with the clock from January to May, with its mails.

What must be there is reckoned from what happened, as it is in the log, by plain rules.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import pytest

from adapters.clock import SettableClock
from application.ports import Recorded
from application.processes.effects.bookings import MailKind
from domain.scheduling.bookings import BOOKING, BookingCancelled, BookingConfirmed
from domain.values import kind_of
from infra import demo, demo_leads
from infra.composition import System

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.thorough,
    pytest.mark.timeout(300),
]

# New York changes to summer time on 14 March, Paris on 28 March.
TODAY: Final = datetime(2027, 3, 22, 8, tzinfo=UTC)
DAY: Final = timedelta(days=1)
REMINDERS: Final = {MailKind.REMINDER_24H: DAY, MailKind.REMINDER_2H: timedelta(hours=2)}
TOLD: Final = {
    "booking-requested.v2": (MailKind.REQUESTED, MailKind.PROFESSIONAL_NEW),
    "booking-confirmed.v1": (MailKind.CONFIRMED,),
    "booking-cancelled.v1": (MailKind.CANCELLED, MailKind.PROFESSIONAL_CANCELLED),
}

ANSWERS: Final = {"booking-confirmed.v1", "booking-cancelled.v1"}


class Sent(NamedTuple):
    """A mail: about which booking, of which kind, and when."""

    about: str
    kind: str
    at: datetime


class WalkingClock(SettableClock):
    """When this clock is set, whatever falls due on the way is done on the way."""

    def __init__(self, system: System) -> None:
        self._system = system

    def set(self, now: datetime) -> None:
        self._system.walk(now)


@pytest.fixture
def walked(system: System, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> System:
    """The demonstration, made while the processes are awake, and the time after it; with fewer leads, of
    whom no client is told.
    """
    monkeypatch.setattr(demo_leads, "LEADS", 2)
    clock.set(TODAY - demo.OPENED)
    demo.make(system, WalkingClock(system), TODAY, lambda *_: None)
    demo.make_ahead(system, TODAY, lambda *_: None)
    system.walk(TODAY + demo.AHEAD + 10 * DAY)
    return system


def tenants(system: System) -> list[str]:
    """Return the two businesses."""
    with system.database.as_worker() as connection:
        rows = connection.execute("SELECT DISTINCT tenant_id::text FROM log.events").fetchall()
    return [row[0] for row in rows]


def bookings(system: System, tenant: str) -> Iterator[Sequence[Recorded]]:
    """Return the history of each booking."""
    with system.database.as_tenant(tenant) as connection:
        rows = connection.execute(
            "SELECT DISTINCT stream FROM log.events WHERE stream LIKE 'booking-%'"
        ).fetchall()
        for (stream,) in rows:
            yield system.reader.stream(connection, tenant, stream)


def expected(past: Sequence[Recorded]) -> Iterator[Sent]:
    """Reckon who has to be told of a booking, and when."""
    for each in past:
        for kind in TOLD.get(each.type, ()):
            yield Sent(each.stream, kind, each.recorded_at)
    ends = [each.recorded_at for each in past if isinstance(each.event, BookingCancelled)]
    for each in past:
        if isinstance(each.event, BookingConfirmed) and each.event.appointment.slot:
            for kind, before in REMINDERS.items():
                due = each.event.appointment.slot.starts_at - before
                if each.recorded_at < due and not any(end <= due for end in ends):
                    yield Sent(each.stream, kind, due)


def test_every_mail_of_the_quarter_is_there_once_at_its_minute(walked: System) -> None:
    must, sent = [], []
    for tenant in tenants(walked):
        must += [mail for past in bookings(walked, tenant) for mail in expected(past)]
        found = walked.outbox.find(tenant, limit=100_000)
        sent += [
            Sent(each.mail.about, each.mail.kind, each.sent_at)
            for each in found
            if kind_of(each.mail.about) == BOOKING.kind
        ]

    kinds = Counter(mail.kind for mail in sent)
    late = [mail.at for mail in sent if mail.kind in REMINDERS]
    assert sorted(sent) == sorted(must)
    assert min(kinds[kind] for kind in (*REMINDERS, MailKind.CANCELLED)) > 20
    assert max(late) - min(late) > 90 * DAY


def test_bookings_ahead_of_the_demonstration_are_answered(
    system: System, clock: SettableClock
) -> None:
    clock.set(TODAY)
    demo.make_ahead(system, TODAY, lambda *_: None)

    made = [past for tenant in tenants(system) for past in bookings(system, tenant)]
    unanswered = [past for past in made if not any(each.type in ANSWERS for each in past)]

    # But for the one by which one sees that all was made.
    assert len(unanswered) == 1
    assert len(made) > 200
