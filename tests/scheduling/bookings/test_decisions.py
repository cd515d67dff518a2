from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.scheduling import bookings
from domain.scheduling.bookings import BOOKING, Booking, BookingEvent, BookingStatus
from domain.values import ClientId, Money, ServiceId
from tests.scheduling.bookings.examples import (
    appointment,
    booking_cancelled,
    booking_changed,
    booking_completed,
    booking_confirmed,
    booking_declined,
    booking_id,
    booking_linked_to_client,
    booking_marked_no_show,
    booking_requested,
    booking_rescheduled,
    cancel_booking,
    cancel_by_client,
    change_booking,
    complete_booking,
    confirm_booking,
    decline_booking,
    details,
    hour,
    link_to_client,
    mark_no_show,
    monday,
    moved_appointment,
    now,
    request_booking,
    requested_by_guest,
    requested_without_time,
    reschedule_booking,
)

window = timedelta(hours=24)
anyone = ClientId("client-0198c0de-0000-7000-8000-0000000000ff")


def given(*history: BookingEvent) -> Booking | None:
    return BOOKING.fold(history)


def request(command: bookings.RequestBooking, booking: Booking | None, **facts: bool):
    known = {"holds_slot": True, "auto_confirm": False} | facts
    return bookings.request(
        command, booking, appointment=appointment, price=Money(4500, "EUR"), **known
    )


# --- Requesting -----------------------------------------------------------------------


def test_a_request_waits_for_an_answer():
    requested = request(request_booking, given())

    assert requested == [booking_requested]
    assert bookings.known(given(*requested)).status is BookingStatus.PENDING


def test_a_request_is_confirmed_at_once_where_the_professional_wants_it_so():
    assert request(request_booking, given(), auto_confirm=True) == [
        booking_requested,
        booking_confirmed,
    ]


def test_the_same_request_again_changes_nothing():
    assert request(request_booking, given(booking_requested)) == []


def test_the_same_request_again_changes_nothing_when_the_booking_was_moved():
    assert request(request_booking, given(booking_requested, booking_rescheduled)) == []


@pytest.mark.parametrize(
    "another",
    [
        replace(request_booking, starts_at=monday.starts_at + hour),
        replace(request_booking, client_id=anyone),
        replace(request_booking, service_id=ServiceId("service-another")),
        replace(request_booking, starts_at=None),
    ],
)
def test_an_id_belongs_to_the_booking_requested_under_it(another):
    with pytest.raises(bookings.BookingIdTaken):
        request(another, given(booking_requested))


# --- From status to status ------------------------------------------------------------


def test_a_pending_booking_can_be_confirmed():
    confirmed = bookings.confirm(confirm_booking, given(booking_requested))

    assert confirmed == [booking_confirmed]


def test_a_pending_booking_can_be_declined():
    declined = bookings.decline(decline_booking, given(booking_requested))

    assert declined == [booking_declined]


@pytest.mark.parametrize("history", [[booking_requested], [booking_requested, booking_confirmed]])
def test_whatever_lies_ahead_can_be_cancelled(history):
    cancelled = bookings.cancel(cancel_booking, given(*history), now=now, window=window)

    assert cancelled == [booking_cancelled]


def test_a_confirmed_booking_is_completed_from_its_first_instant_on():
    confirmed = given(booking_requested, booking_confirmed)

    completed = bookings.complete(complete_booking, confirmed, now=monday.starts_at)

    assert completed == [booking_completed]


def test_a_booking_that_has_not_begun_is_not_completed():
    confirmed = given(booking_requested, booking_confirmed)
    too_early = monday.starts_at - timedelta(microseconds=1)

    with pytest.raises(bookings.NotYetBegun) as refusal:
        bookings.complete(complete_booking, confirmed, now=too_early)

    assert refusal.value.facts == {"starts_at": monday.starts_at}


def test_nobody_can_be_missed_before_the_start():
    confirmed = given(booking_requested, booking_confirmed)
    too_early = monday.starts_at - timedelta(microseconds=1)

    with pytest.raises(bookings.NotYetBegun):
        bookings.mark_no_show(mark_no_show, confirmed, now=too_early)


def test_who_does_not_come_is_marked_as_no_show():
    confirmed = given(booking_requested, booking_confirmed)

    marked = bookings.mark_no_show(mark_no_show, confirmed, now=monday.starts_at)

    assert marked == [booking_marked_no_show]


def test_a_booking_without_a_time_has_no_start_to_wait_for():
    confirm = replace(booking_confirmed, appointment=requested_without_time.appointment)

    completed = bookings.complete(complete_booking, given(requested_without_time, confirm), now=now)

    assert bookings.known(given(requested_without_time, *completed)).status == "completed"


PATHS: dict[BookingStatus, list[BookingEvent]] = {
    BookingStatus.PENDING: [],
    BookingStatus.CONFIRMED: [booking_confirmed],
    BookingStatus.COMPLETED: [booking_confirmed, booking_completed],
    BookingStatus.NO_SHOW: [booking_confirmed, booking_marked_no_show],
    BookingStatus.CANCELLED: [booking_cancelled],
    BookingStatus.DECLINED: [booking_declined],
}
MOVE_TO: dict[BookingStatus, Callable[[Booking | None], Sequence[BookingEvent]]] = {
    BookingStatus.CONFIRMED: lambda b: bookings.confirm(confirm_booking, b),
    BookingStatus.DECLINED: lambda b: bookings.decline(decline_booking, b),
    BookingStatus.COMPLETED: lambda b: bookings.complete(complete_booking, b, now=monday.starts_at),
    BookingStatus.NO_SHOW: lambda b: bookings.mark_no_show(mark_no_show, b, now=monday.starts_at),
    BookingStatus.CANCELLED: lambda b: bookings.cancel(
        cancel_booking, b, now=monday.starts_at, window=window
    ),
}
ALLOWED = [
    (BookingStatus.PENDING, BookingStatus.CONFIRMED),
    (BookingStatus.PENDING, BookingStatus.DECLINED),
    (BookingStatus.PENDING, BookingStatus.CANCELLED),
    (BookingStatus.CONFIRMED, BookingStatus.COMPLETED),
    (BookingStatus.CONFIRMED, BookingStatus.NO_SHOW),
    (BookingStatus.CONFIRMED, BookingStatus.CANCELLED),
]


@pytest.mark.parametrize("start", BookingStatus)
@pytest.mark.parametrize("end", MOVE_TO)
def test_only_the_moves_of_the_diagram_are_allowed(start, end):
    booking = given(booking_requested, *PATHS[start])

    if start is end:
        assert MOVE_TO[end](booking) == []
    elif (start, end) in ALLOWED:
        moved = MOVE_TO[end](booking)
        assert bookings.known(BOOKING.fold(moved, booking)).status is end
    else:
        with pytest.raises(bookings.TransitionNotAllowed) as refusal:
            MOVE_TO[end](booking)
        allowed = [move for before, move in ALLOWED if before is start]
        assert refusal.value.facts == {"booking_status": start, "allowed": allowed}


@pytest.mark.parametrize("start", BookingStatus)
def test_a_booking_has_its_slot_until_it_is_called_off(start):
    booking = bookings.known(given(booking_requested, *PATHS[start]))

    called_off = start in {BookingStatus.CANCELLED, BookingStatus.DECLINED}
    assert booking.reserved == (None if called_off else appointment.reserved)


@pytest.mark.parametrize("end", MOVE_TO)
def test_what_was_never_requested_cannot_be_moved_on(end):
    with pytest.raises(bookings.BookingNotFound):
        MOVE_TO[end](given())


# --- Too late for the client ----------------------------------------------------------


def test_a_client_can_cancel_until_the_window_closes():
    confirmed = given(booking_requested, booking_confirmed)
    last_instant = monday.starts_at - window - timedelta(microseconds=1)

    cancelled = bookings.cancel(cancel_by_client, confirmed, now=last_instant, window=window)

    assert cancelled == [replace(booking_cancelled, by_client=True)]


def test_a_client_cannot_cancel_once_the_window_is_closed():
    confirmed = given(booking_requested, booking_confirmed)

    with pytest.raises(bookings.CancellationWindowClosed) as refusal:
        bookings.cancel(cancel_by_client, confirmed, now=monday.starts_at - window, window=window)

    assert refusal.value.facts == {"closed_at": monday.starts_at - window}


def test_the_business_can_cancel_at_any_time():
    confirmed = given(booking_requested, booking_confirmed)

    cancelled = bookings.cancel(cancel_booking, confirmed, now=monday.ends_at + hour, window=window)

    assert cancelled == [booking_cancelled]


def test_a_client_cannot_escape_the_window_by_moving_the_booking():
    confirmed = given(booking_requested, booking_confirmed)

    with pytest.raises(bookings.CancellationWindowClosed):
        bookings.reschedule(
            replace(reschedule_booking, by_client=True),
            confirmed,
            appointment=moved_appointment,
            now=monday.starts_at - window,
            window=window,
        )


# --- Moving, describing, linking ------------------------------------------------------


def reschedule(booking):
    return bookings.reschedule(
        reschedule_booking, booking, appointment=moved_appointment, now=now, window=window
    )


def test_a_moved_booking_says_where_it_was():
    assert reschedule(given(booking_requested)) == [booking_rescheduled]


def test_a_moved_booking_stays_confirmed():
    [moved] = reschedule(given(booking_requested, booking_confirmed))

    assert moved == replace(booking_rescheduled, status=BookingStatus.CONFIRMED)
    assert bookings.known(given(booking_requested, booking_confirmed, moved)).status == "confirmed"


def test_moving_a_booking_to_where_it_is_changes_nothing():
    assert reschedule(given(booking_requested, booking_rescheduled)) == []


@pytest.mark.parametrize("over", ["completed", "no_show", "cancelled", "declined"])
def test_what_is_over_cannot_be_moved(over):
    with pytest.raises(bookings.TransitionNotAllowed) as refusal:
        reschedule(given(booking_requested, *PATHS[BookingStatus(over)]))

    assert refusal.value.facts == {"booking_status": over, "allowed": []}


def test_a_booking_without_a_time_can_be_given_one():
    [scheduled] = reschedule(given(requested_without_time))

    assert scheduled == replace(booking_rescheduled, previous_slot=None)


def test_what_is_left_unset_stays_as_it_is():
    assert bookings.change(change_booking, given(booking_requested)) == [booking_changed]


def test_what_is_set_to_nothing_is_removed():
    nothing = bookings.ChangeBooking(booking_id=booking_id, notes=None, location=None, details=None)

    [changed] = bookings.change(nothing, given(booking_requested))

    assert (changed.notes, changed.location, changed.details) == (None, None, None)


def test_details_are_kept_to_the_byte():
    [requested] = request(request_booking, given())

    assert requested == booking_requested
    assert bookings.known(given(requested)).details == details


def test_changing_nothing_is_no_event():
    assert bookings.change(change_booking, given(booking_requested, booking_changed)) == []


def test_notes_can_be_made_afterwards():
    over = given(booking_requested, booking_confirmed, booking_completed)

    assert bookings.change(change_booking, over) == [booking_changed]


def test_a_guest_booking_can_become_a_clients():
    linked = bookings.link_to_client(link_to_client, given(requested_by_guest))

    assert linked == [booking_linked_to_client]


def test_linking_twice_changes_nothing():
    linked = given(requested_by_guest, booking_linked_to_client)

    assert bookings.link_to_client(link_to_client, linked) == []


def test_a_booking_stays_with_its_client():
    linked = given(requested_by_guest, booking_linked_to_client)

    with pytest.raises(bookings.BookingHasAnotherClient):
        bookings.link_to_client(replace(link_to_client, client_id=anyone), linked)


@pytest.mark.parametrize(
    "decide",
    [
        reschedule,
        lambda booking: bookings.change(change_booking, booking),
        lambda booking: bookings.link_to_client(link_to_client, booking),
    ],
)
def test_what_was_never_requested_cannot_be_changed(decide):
    with pytest.raises(bookings.BookingNotFound):
        decide(given())
