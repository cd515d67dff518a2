from datetime import timedelta

import pytest
from msgspec.structs import replace

from adapters.jobs import kind_of
from application.processes import PROCESSES
from application.processes.effects.bookings import MailKind, SendBookingMail, SendBookingReminder
from application.processes.effects.operations import ForgetMails
from application.processes.expire_hold_when_its_time_is_up import EXPIRE_HOLD_WHEN_ITS_TIME_IS_UP
from application.processes.forget_mails_on_client_erased import FORGET_MAILS_ON_CLIENT_ERASED
from application.processes.process import Do, Withdraw
from application.processes.register_client_on_booking_completed import (
    REGISTER_CLIENT_ON_BOOKING_COMPLETED,
)
from application.processes.remind_client_of_booking import REMIND_CLIENT_OF_BOOKING
from application.processes.tell_client_about_booking import TELL_CLIENT_ABOUT_BOOKING
from application.processes.tell_professional_about_booking import TELL_PROFESSIONAL_ABOUT_BOOKING
from domain.scheduling.agendas import ExpireHold, HoldPlaced, HoldRedeemed, HoldReleased
from domain.scheduling.bookings import (
    BookingCompleted,
    BookingMarkedNoShow,
    BookingStatus,
    RegisterGuestAsClient,
)
from domain.values import HoldId
from tests.mail.examples import (
    ana,
    appointment,
    booking_id,
    cancelled,
    client_erased,
    confirmed,
    day,
    declined,
    hour,
    minute,
    monday,
    recorded,
    requested,
    requested_at,
    rescheduled,
    tuesday,
    zoe,
)

completed = BookingCompleted(booking_id=booking_id, appointment=appointment)
no_show = BookingMarkedNoShow(booking_id=booking_id, appointment=appointment)


# --- Telling --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (requested, MailKind.REQUESTED),
        (confirmed, MailKind.CONFIRMED),
        (declined, MailKind.DECLINED),
        (rescheduled, MailKind.RESCHEDULED),
        (cancelled, MailKind.CANCELLED),
    ],
)
def test_the_client_is_told_of_every_step(event, kind: MailKind) -> None:
    told = TELL_CLIENT_ABOUT_BOOKING.then(recorded(event, version=4))

    mail = SendBookingMail(kind=kind, booking_id=booking_id, version=4)
    assert told == [Do(mail, about=booking_id)]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (requested, MailKind.PROFESSIONAL_NEW),
        (rescheduled, MailKind.PROFESSIONAL_RESCHEDULED),
        (cancelled, MailKind.PROFESSIONAL_CANCELLED),
    ],
)
def test_the_professional_is_told_of_what_is_new_moved_or_called_off(event, kind: MailKind) -> None:
    told = TELL_PROFESSIONAL_ABOUT_BOOKING.then(recorded(event, version=4))

    mail = SendBookingMail(kind=kind, booking_id=booking_id, version=4)
    assert told == [Do(mail, about=booking_id)]


def test_nobody_is_told_of_a_visit_that_was_booked_afterwards() -> None:
    for process in (TELL_CLIENT_ABOUT_BOOKING, TELL_PROFESSIONAL_ABOUT_BOOKING):
        assert process.then(recorded(requested, at=monday.ends_at)) == []
        assert process.then(recorded(requested, at=monday.ends_at - minute)) != []


def test_a_request_without_a_time_is_told_of() -> None:
    timeless = replace(requested, appointment=replace(appointment, slot=None, reserved=None))

    assert len(TELL_CLIENT_ABOUT_BOOKING.then(recorded(timeless))) == 1


# --- Reminding ------------------------------------------------------------------------


def reminder(kind: MailKind, version: int, slot=monday) -> SendBookingReminder:
    return SendBookingReminder(
        kind=kind, booking_id=booking_id, version=version, starts_at=slot.starts_at
    )


def reminders(slot, version: int = 2) -> list[Do]:
    start = slot.starts_at
    return [
        Do(reminder(MailKind.REMINDER_24H, version, slot), about=booking_id, at=start - day),
        Do(reminder(MailKind.REMINDER_2H, version, slot), about=booking_id, at=start - 2 * hour),
    ]


no_more_reminders = Withdraw(SendBookingReminder, about=booking_id)


def test_a_confirmed_booking_has_two_reminders() -> None:
    assert REMIND_CLIENT_OF_BOOKING.then(recorded(confirmed, version=2)) == reminders(monday)


@pytest.mark.parametrize(
    ("before", "kinds"),
    [
        (timedelta(hours=24, minutes=1), [MailKind.REMINDER_24H, MailKind.REMINDER_2H]),
        (timedelta(hours=24), [MailKind.REMINDER_2H]),
        (timedelta(hours=2, minutes=1), [MailKind.REMINDER_2H]),
        (timedelta(hours=2), []),
        (timedelta(hours=1), []),
    ],
)
def test_a_reminder_whose_time_has_passed_is_not_ordered(
    before: timedelta, kinds: list[MailKind]
) -> None:
    orders = REMIND_CLIENT_OF_BOOKING.then(recorded(confirmed, at=monday.starts_at - before))

    assert [order for order in reminders(monday, version=1) if order in orders] == orders
    assert [getattr(order.order, "kind", None) for order in orders] == kinds


def test_moving_a_confirmed_booking_moves_its_reminders() -> None:
    orders = REMIND_CLIENT_OF_BOOKING.then(recorded(rescheduled, version=3))

    assert orders == [no_more_reminders, *reminders(tuesday, version=3)]


def test_moving_a_request_makes_no_reminders() -> None:
    pending = replace(rescheduled, status=BookingStatus.PENDING)

    assert REMIND_CLIENT_OF_BOOKING.then(recorded(pending)) == [no_more_reminders]


@pytest.mark.parametrize("event", [cancelled, completed, no_show])
def test_what_is_over_is_not_reminded_of(event) -> None:
    assert REMIND_CLIENT_OF_BOOKING.then(recorded(event)) == [no_more_reminders]


def test_a_confirmed_booking_without_a_time_has_no_reminders() -> None:
    timeless = replace(confirmed, appointment=replace(appointment, slot=None, reserved=None))

    assert REMIND_CLIENT_OF_BOOKING.then(recorded(timeless)) == []


# --- Holds, clients -------------------------------------------------------------------

hold_id = HoldId("hold-1")
placed = HoldPlaced(
    hold_id=hold_id,
    professional_id=ana,
    slot=monday,
    reserved=monday,
    expires_at=requested_at + 10 * minute,
)


def test_a_hold_ends_when_its_time_is_up() -> None:
    assert EXPIRE_HOLD_WHEN_ITS_TIME_IS_UP.then(recorded(placed)) == [
        Do(ExpireHold(hold_id=hold_id), about=hold_id, at=requested_at + 10 * minute)
    ]


@pytest.mark.parametrize(
    "event", [HoldRedeemed(hold_id=hold_id, booking_id=booking_id), HoldReleased(hold_id=hold_id)]
)
def test_a_hold_that_has_ended_need_not_expire(event) -> None:
    assert EXPIRE_HOLD_WHEN_ITS_TIME_IS_UP.then(recorded(event)) == [
        Withdraw(ExpireHold, about=hold_id)
    ]


def test_a_guest_who_came_becomes_a_client() -> None:
    guests = replace(completed, appointment=replace(appointment, client_id=None))

    assert REGISTER_CLIENT_ON_BOOKING_COMPLETED.then(recorded(guests)) == [
        Do(RegisterGuestAsClient(booking_id=booking_id), about=booking_id)
    ]


def test_a_client_who_came_is_one_already() -> None:
    assert REGISTER_CLIENT_ON_BOOKING_COMPLETED.then(recorded(completed)) == []


def test_mails_are_forgotten_with_their_reader() -> None:
    assert FORGET_MAILS_ON_CLIENT_ERASED.then(recorded(client_erased)) == [
        Do(ForgetMails(client_id=zoe, streams=(zoe, booking_id)), about=zoe)
    ]


# --- All of them ----------------------------------------------------------------------


def test_names_are_what_they_have_always_been() -> None:
    """They key what waits in the queue: changing one orders everything a second time."""
    assert {process.name for process in PROCESSES} >= {
        "expire-hold-when-its-time-is-up",
        "forget-mails-on-client-erased",
        "register-client-on-booking-completed",
        "remind-client-of-booking",
        "tell-client-about-booking",
        "tell-professional-about-booking",
    }
    assert {
        kind_of(order)
        for order in (
            ExpireHold,
            ForgetMails,
            RegisterGuestAsClient,
            SendBookingMail,
            SendBookingReminder,
        )
    } == {
        "expire-hold",
        "forget-mails",
        "register-guest-as-client",
        "send-booking-mail",
        "send-booking-reminder",
    }


def test_every_process_copes_with_every_event_it_waits_for() -> None:
    examples = [
        requested, confirmed, declined, rescheduled, cancelled, completed, no_show,
        placed, HoldRedeemed(hold_id=hold_id, booking_id=booking_id),
        HoldReleased(hold_id=hold_id), client_erased,
    ]  # fmt: skip
    known = {type(event): event for event in examples}

    for process in PROCESSES:
        for kind in process.when:
            if kind in known:
                assert process.then(recorded(known[kind])) is not None
