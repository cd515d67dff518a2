"""What a booking's history says about its mails."""

import pytest

from domain.scheduling import bookings
from domain.scheduling.bookings import (
    BOOKING,
    BookingMailFailed,
    BookingMailSent,
    BookingNotFound,
    RecordBookingMailFailed,
    RecordBookingMailSent,
)
from tests.mail.examples import booking_id, cancelled, requested

sent = BookingMailSent(
    booking_id=booking_id, mail_id="job-1", mail="booking-requested", message_id="<1>"
)
failed = BookingMailFailed(
    booking_id=booking_id, mail_id="job-1", mail="booking-requested", reason="550 no such user"
)
record_sent = RecordBookingMailSent(
    booking_id=booking_id, mail_id="job-1", mail="booking-requested", message_id="<1>"
)
record_failed = RecordBookingMailFailed(
    booking_id=booking_id, mail_id="job-1", mail="booking-requested", reason="550 no such user"
)


def test_a_mail_is_recorded_once() -> None:
    before, after = BOOKING.fold([requested]), BOOKING.fold([requested, sent])

    assert bookings.record_mail_sent(record_sent, before) == [sent]
    assert bookings.record_mail_sent(record_sent, after) == []


def test_a_failure_is_recorded_once_and_not_after_success() -> None:
    assert bookings.record_mail_failed(record_failed, BOOKING.fold([requested])) == [failed]
    for after in (BOOKING.fold([requested, failed]), BOOKING.fold([requested, sent])):
        assert bookings.record_mail_failed(record_failed, after) == []


def test_a_mail_that_failed_may_be_sent_later_when_an_operator_retries_it() -> None:
    assert bookings.record_mail_sent(record_sent, BOOKING.fold([requested, failed])) == [sent]


def test_mails_change_nothing_else_about_a_booking() -> None:
    before = BOOKING.fold([requested, cancelled])
    after = BOOKING.fold([requested, cancelled, sent, failed])

    assert before is not None
    assert after is not None
    assert (after.status, after.appointment) == (before.status, before.appointment)


def test_nothing_is_recorded_about_a_booking_that_never_was() -> None:
    for decide in (
        lambda: bookings.record_mail_sent(record_sent, None),
        lambda: bookings.record_mail_failed(record_failed, None),
    ):
        with pytest.raises(BookingNotFound):
            decide()
