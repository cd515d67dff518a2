"""Mails from the order to the outbox, on the real system, with the clock moved by hand."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import pytest

from adapters.clock import SettableClock
from application.processes.effects.bookings import MailKind
from application.processes.remind_client_of_booking import REMIND_CLIENT_OF_BOOKING
from domain.messages import Command
from domain.people.clients import EraseClient, RegisterClient
from domain.scheduling.bookings import (
    BookingMailFailed,
    BookingMailSent,
    CancelBooking,
    CompleteBooking,
    ConfirmBooking,
    DeclineBooking,
    RequestBooking,
    RescheduleBooking,
)
from domain.values import BookingId, Contact
from infra.composition import System
from tests.mail.desk import Desk
from tests.mail.examples import ana, booking_id, haircut, zoe, zoes_contact

pytestmark = pytest.mark.postgres

NOW: Final = datetime(2027, 3, 1, 8, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
# 10:00 in Paris, two days after the change to summer time.
START: Final = datetime(2027, 3, 30, 8, tzinfo=UTC)


@pytest.fixture
def desk(system: System, clock: SettableClock) -> Desk:
    clock.set(NOW)
    desk = Desk(system, clock)
    desk.open()
    desk.order(RegisterClient(client_id=zoe, contact=zoes_contact))
    return desk


def request(starts_at: datetime = START, booking: BookingId = booking_id) -> RequestBooking:
    return RequestBooking(
        booking_id=booking,
        professional_id=ana,
        service_id=haircut,
        client_id=zoe,
        starts_at=starts_at,
    )


confirm: Final = ConfirmBooking(booking_id=booking_id)
cancel: Final = CancelBooking(booking_id=booking_id, reason="Ana est malade")


def kinds(desk: Desk, to: str = "zoe@example.org") -> list[str]:
    return [mail.mail.kind for mail in desk.mails() if mail.mail.to.address == to]


def times(desk: Desk, kind: MailKind) -> list[datetime]:
    return [mail.sent_at for mail in desk.mails() if mail.mail.kind == kind]


def test_each_step_is_told_once_to_both(desk: Desk) -> None:
    for command in (
        request(),
        confirm,
        RescheduleBooking(booking_id=booking_id, starts_at=START + DAY),
        cancel,
    ):
        desk.order(command)
        desk.settle()
    desk.walk(START + 2 * DAY)

    assert kinds(desk) == [
        MailKind.REQUESTED,
        MailKind.CONFIRMED,
        MailKind.RESCHEDULED,
        MailKind.CANCELLED,
    ]
    assert kinds(desk, "ana@salon.example") == [
        MailKind.PROFESSIONAL_NEW,
        MailKind.PROFESSIONAL_RESCHEDULED,
        MailKind.PROFESSIONAL_CANCELLED,
    ]


def test_steps_in_quick_succession_are_told_in_their_order(desk: Desk) -> None:
    desk.order(request(), confirm, cancel)
    desk.settle()

    assert kinds(desk) == [MailKind.REQUESTED, MailKind.CONFIRMED, MailKind.CANCELLED]


def test_a_decline_is_told_with_its_reason(desk: Desk) -> None:
    desk.order(request(), DeclineBooking(booking_id=booking_id, reason="En congé"))
    desk.settle()

    assert kinds(desk) == [MailKind.REQUESTED, MailKind.DECLINED]
    assert "En congé" in desk.mails()[-1].mail.text


def test_what_became_of_a_mail_is_an_event_on_the_booking(desk: Desk) -> None:
    desk.order(request())
    desk.settle()

    sent = [event for event in desk.events(booking_id) if isinstance(event, BookingMailSent)]
    assert {event.mail for event in sent} == {MailKind.REQUESTED, MailKind.PROFESSIONAL_NEW}
    assert {event.message_id for event in sent} == {str(mail.id) for mail in desk.mails()}
    cause = desk.history(desk.mails()[0].mail.tenant, booking_id)
    requested, *mailed = cause
    assert {past.metadata["causation"] for past in mailed} == {requested.metadata["id"]}


def test_reminders_come_a_day_and_two_hours_before_across_summer_time(desk: Desk) -> None:
    start = datetime(2027, 3, 28, 7, 30, tzinfo=UTC)  # 09:30, six hours after the change
    desk.order(request(start), confirm)
    desk.walk(start + DAY)

    assert times(desk, MailKind.REMINDER_24H) == [start - DAY]
    assert times(desk, MailKind.REMINDER_2H) == [start - 2 * HOUR]
    reminder = next(m.mail for m in desk.mails() if m.mail.kind == MailKind.REMINDER_24H)
    assert "de 9\u00a0h\u00a030 à" in reminder.text
    assert "UTC+2" in reminder.text


def test_a_moved_booking_never_sends_its_old_reminder(desk: Desk) -> None:
    desk.order(request(), confirm)
    desk.settle()
    desk.order(RescheduleBooking(booking_id=booking_id, starts_at=START + 3 * DAY))
    desk.walk(START + 5 * DAY)

    assert times(desk, MailKind.REMINDER_24H) == [START + 2 * DAY]
    assert times(desk, MailKind.REMINDER_2H) == [START + 3 * DAY - 2 * HOUR]


def test_a_booking_moved_away_and_back_has_each_reminder_once(desk: Desk) -> None:
    desk.order(request(), confirm)
    desk.settle()
    for starts_at in (START + DAY, START):
        desk.order(RescheduleBooking(booking_id=booking_id, starts_at=starts_at))
    desk.walk(START + 3 * DAY)

    assert times(desk, MailKind.REMINDER_24H) == [START - DAY]
    assert times(desk, MailKind.REMINDER_2H) == [START - 2 * HOUR]


def test_a_move_that_is_read_a_second_time_leaves_its_own_reminders_standing(desk: Desk) -> None:
    desk.order(request(), confirm)
    desk.settle()
    desk.order(RescheduleBooking(booking_id=booking_id, starts_at=START + 3 * DAY))
    desk.settle()

    desk.read_again(REMIND_CLIENT_OF_BOOKING)
    desk.walk(START + 5 * DAY)

    assert times(desk, MailKind.REMINDER_24H) == [START + 2 * DAY]
    assert times(desk, MailKind.REMINDER_2H) == [START + 3 * DAY - 2 * HOUR]


def test_a_cancelled_booking_sends_no_reminder(desk: Desk) -> None:
    desk.order(request(), confirm)
    desk.settle()
    desk.order(cancel)
    desk.walk(START + DAY)

    assert not set(kinds(desk)) & {MailKind.REMINDER_24H, MailKind.REMINDER_2H}


def test_a_booking_cancelled_in_the_very_minute_sends_no_reminder(desk: Desk) -> None:
    """The process has not seen the cancellation yet when the reminder falls due."""
    desk.order(request(), confirm)
    desk.settle()
    desk.clock.set(START - DAY)
    desk.order(cancel)

    desk.worker.run_due()

    assert MailKind.REMINDER_24H not in kinds(desk)


def test_a_booking_made_an_hour_before_has_no_reminder(desk: Desk) -> None:
    desk.clock.set(START - HOUR)
    desk.order(request(), confirm)
    desk.walk(START + DAY)

    assert kinds(desk) == [MailKind.REQUESTED, MailKind.CONFIRMED]


def test_who_is_confirmed_at_once_gets_one_mail(system: System, clock: SettableClock) -> None:
    clock.set(NOW)
    desk = Desk(system, clock)
    desk.open(auto_confirm=True)
    desk.order(RegisterClient(client_id=zoe, contact=zoes_contact), request())
    desk.settle()

    assert kinds(desk) == [MailKind.CONFIRMED]
    assert kinds(desk, "ana@salon.example") == [MailKind.PROFESSIONAL_NEW]


def test_who_is_erased_is_written_no_more_and_leaves_no_mail_behind(desk: Desk) -> None:
    desk.order(request(), confirm)
    desk.settle()
    assert desk.mails()

    desk.order(EraseClient(client_id=zoe))
    desk.walk(START + DAY)

    assert desk.mails() == []


def test_a_guest_is_a_client_after_the_visit(desk: Desk) -> None:
    guest = Contact(name="Gus Guest", email="gus@example.org")
    by_guest = RequestBooking(
        booking_id=booking_id,
        professional_id=ana,
        service_id=haircut,
        guest=guest,
        starts_at=START,
    )
    desk.order(by_guest, confirm)
    desk.walk(START + HOUR)
    desk.order(CompleteBooking(booking_id=booking_id))
    desk.settle()

    linked = desk.history(desk.mails()[0].mail.tenant, booking_id)
    client_id = next(
        past.event.appointment.client_id  # type: ignore[union-attr]
        for past in linked
        if past.type == "booking-linked-to-client.v2"
    )
    assert desk.events(str(client_id))


# --- A quarter ------------------------------------------------------------------------


@pytest.mark.thorough
def test_over_a_quarter_every_mail_is_there_once_and_at_its_minute(desk: Desk) -> None:
    """Against a plain reckoning of who is told what and when."""
    chance = random.Random(42)
    expected: list[tuple[str, str, datetime]] = []
    bookings = [BookingId(f"booking-{uuid4()}") for _ in range(60)]
    plan: list[tuple[datetime, Command]] = []
    for number, booking in enumerate(bookings):
        start = NOW + timedelta(days=2 + number * 1.4) + number % 7 * HOUR
        plan += _life(booking, start, chance, expected)
    for at, command in sorted(plan, key=lambda step: step[0]):
        desk.walk(at)
        desk.order(command)
    desk.walk(NOW + 100 * DAY)

    sent = [
        (mail.mail.about, mail.mail.kind, mail.sent_at)
        for mail in desk.mails()
        if mail.mail.to.address == "zoe@example.org"
    ]
    assert sorted(sent) == sorted(expected)
    assert NOW < datetime(2027, 3, 28, tzinfo=UTC) < NOW + 100 * DAY
    assert len(expected) > 150
    failed = [e for b in bookings for e in desk.events(b) if isinstance(e, BookingMailFailed)]
    assert failed == []


def _life(
    booking: BookingId,
    start: datetime,
    chance: random.Random,
    expected: list[tuple[str, str, datetime]],
) -> Sequence[tuple[datetime, Command]]:
    """Return what happens to one booking, and note what its client has to be told."""
    at = max(NOW, start - chance.choice([40 * DAY, 3 * DAY, 25 * HOUR, 3 * HOUR, 1 * HOUR]))
    plan: list[tuple[datetime, Command]] = [(at, request(start, booking))]
    expected.append((booking, MailKind.REQUESTED, at))
    fate = chance.choice(["pending", "confirmed", "moved", "cancelled", "declined"])
    if fate == "pending":
        return plan
    if fate == "declined":
        expected.append((booking, MailKind.DECLINED, at + MINUTE))
        return [*plan, (at + MINUTE, DeclineBooking(booking_id=booking))]
    plan.append((at + MINUTE, ConfirmBooking(booking_id=booking)))
    expected.append((booking, MailKind.CONFIRMED, at + MINUTE))
    changed = at + MINUTE + chance.random() * (start - at - 2 * MINUTE)
    standing = [(start, at + MINUTE, datetime.max.replace(tzinfo=UTC))]
    if fate == "moved":
        plan.append((changed, RescheduleBooking(booking_id=booking, starts_at=start + 5 * HOUR)))
        expected.append((booking, MailKind.RESCHEDULED, changed))
        standing = [(start, at + MINUTE, changed), (start + 5 * HOUR, changed, standing[0][2])]
    if fate == "cancelled":
        plan.append((changed, CancelBooking(booking_id=booking)))
        expected.append((booking, MailKind.CANCELLED, changed))
        standing = [(start, at + MINUTE, changed)]
    for begins, since, until in standing:
        for kind, before in ((MailKind.REMINDER_24H, DAY), (MailKind.REMINDER_2H, 2 * HOUR)):
            if since < begins - before < until:
                expected.append((booking, kind, begins - before))
    return plan
