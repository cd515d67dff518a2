"""A mail that comes late says what is still true, or is not sent: whatever happened since."""

from typing import Any, Final, cast, get_args

import pytest
from msgspec.structs import replace

from application.operations.jobs import Skipped
from application.processes.effects.bookings import MailKind
from domain.messages import Event
from domain.scheduling.bookings import (
    BOOKING,
    BookingAnswered,
    BookingChanged,
    BookingCompleted,
    BookingEvent,
    BookingLinkedToClient,
    BookingMailEvent,
    BookingMailFailed,
    BookingMailSent,
    BookingMarkedNoShow,
    BookingRequested,
    BookingStatus,
)
from tests.mail.examples import (
    MailerThatRemembers,
    Streams,
    a_job,
    appointment,
    booking_id,
    cancelled,
    confirmed,
    declined,
    mails,
    minute,
    monday,
    moved,
    requested,
    rescheduled,
    tell,
)


def test_mails_that_come_in_order_are_all_sent() -> None:
    mailer = MailerThatRemembers()
    told = mails(Streams(requested, confirmed, cancelled), mailer)

    for kind, version in (
        (MailKind.REQUESTED, 1),
        (MailKind.CONFIRMED, 2),
        (MailKind.CANCELLED, 3),
    ):
        told.tell(tell(kind, version), a_job())

    assert [message.kind for message in mailer.messages] == [
        MailKind.REQUESTED,
        MailKind.CONFIRMED,
        MailKind.CANCELLED,
    ]


@pytest.mark.parametrize(
    ("kind", "version", "history"),
    [
        (MailKind.REQUESTED, 1, (requested, confirmed)),
        (MailKind.CONFIRMED, 2, (requested, confirmed, cancelled)),
        (MailKind.CONFIRMED, 2, (requested, confirmed, rescheduled)),
        (MailKind.RESCHEDULED, 3, (requested, confirmed, rescheduled, cancelled)),
        (MailKind.PROFESSIONAL_NEW, 1, (requested, cancelled)),
    ],
)
def test_a_mail_that_failed_is_left_out_when_it_is_true_no_more(
    kind: MailKind, version: int, history: tuple[Event, ...]
) -> None:
    mailer = MailerThatRemembers()

    outcome = mails(Streams(*history), mailer).tell(tell(kind, version), a_job(attempt=2))

    assert outcome == Skipped("it is true no more")
    assert mailer.sent == []


@pytest.mark.parametrize(
    ("kind", "version"),
    [(MailKind.CANCELLED, 3), (MailKind.PROFESSIONAL_CANCELLED, 3), (MailKind.PROFESSIONAL_NEW, 1)],
)
def test_a_mail_that_is_still_true_is_sent_late(kind: MailKind, version: int) -> None:
    mailer = MailerThatRemembers()
    last = cancelled if version == 3 else BookingChanged(booking_id=booking_id, appointment=moved)

    mails(Streams(requested, confirmed, last), mailer).tell(tell(kind, version), a_job(attempt=9))

    assert [message.kind for message in mailer.messages] == [kind]


linked: Final = BookingLinkedToClient(booking_id=booking_id, appointment=appointment)
changed: Final = BookingChanged(booking_id=booking_id, appointment=appointment, notes="Henna")
completed: Final = BookingCompleted(booking_id=booking_id, appointment=appointment)
no_show: Final = BookingMarkedNoShow(booking_id=booking_id, appointment=appointment)
sent: Final = BookingMailSent(booking_id=booking_id, mail_id="1", mail="other", message_id="<1>")
failed: Final = BookingMailFailed(booking_id=booking_id, mail_id="1", mail="other", reason="550")
answered: Final = BookingAnswered(booking_id=booking_id, answer="confirm", answer_id="1")

LATER: Final = (
    confirmed, declined, rescheduled, cancelled, completed, no_show, linked, changed, sent, failed,
    answered,
)  # fmt: skip
OPEN: Final = (BookingStatus.PENDING, BookingStatus.CONFIRMED)
SAYS: Final = {
    MailKind.REQUESTED: (BookingStatus.PENDING,),
    MailKind.CONFIRMED: (BookingStatus.CONFIRMED,),
    MailKind.RESCHEDULED: OPEN,
    MailKind.PROFESSIONAL_NEW: OPEN,
    MailKind.PROFESSIONAL_RESCHEDULED: OPEN,
    MailKind.CANCELLED: (BookingStatus.CANCELLED,),
    MailKind.PROFESSIONAL_CANCELLED: (BookingStatus.CANCELLED,),
    MailKind.DECLINED: (BookingStatus.DECLINED,),
}
"""In which state of the booking each mail is true."""

BEFORE: Final[dict[MailKind, tuple[Event, ...]]] = {
    MailKind.REQUESTED: (requested,),
    MailKind.CONFIRMED: (requested, confirmed),
    MailKind.RESCHEDULED: (requested, replace(rescheduled, appointment=appointment)),
    MailKind.PROFESSIONAL_NEW: (requested,),
    MailKind.PROFESSIONAL_RESCHEDULED: (requested, replace(rescheduled, appointment=appointment)),
    MailKind.CANCELLED: (requested, confirmed, cancelled),
    MailKind.PROFESSIONAL_CANCELLED: (requested, confirmed, cancelled),
    MailKind.DECLINED: (requested, declined),
}
"""What has happened when it is ordered, the event it is about last."""


def test_every_kind_of_mail_and_every_event_is_thought_of() -> None:
    reminders = {MailKind.REMINDER_24H, MailKind.REMINDER_2H}
    events = {*get_args(BookingEvent), *get_args(BookingMailEvent)} - {BookingRequested}

    assert SAYS.keys() == BEFORE.keys() == set(MailKind) - reminders
    assert {type(event) for event in LATER} == events


FOLLOWS: Final = [
    pytest.param(kind, event, id=f"{type(event).__name__} after {kind}")
    for kind, statuses in SAYS.items()
    for event in LATER
    if set(statuses) & set(OPEN) or event in (linked, changed, sent, failed)
]
"""What is declined or called off stays so."""


@pytest.mark.parametrize(("kind", "event"), FOLLOWS)
def test_a_late_mail_is_sent_if_it_is_still_true_whatever_happened_since(
    kind: MailKind, event: Event
) -> None:
    before, mailer = BEFORE[kind], MailerThatRemembers()
    was, now = (BOOKING.fold(cast("Any", past)) for past in (before, [*before, event]))
    assert was is not None
    assert now is not None

    mails(Streams(*before, event), mailer).tell(tell(kind, len(before)), a_job(attempt=2))

    is_true = now.status in SAYS[kind] and now.appointment.slot == was.appointment.slot
    the_next_says_more = kind is MailKind.RESCHEDULED and event is confirmed
    assert bool(mailer.sent) is (is_true and not the_next_says_more)


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        (MailKind.PROFESSIONAL_NEW, declined),
        (MailKind.PROFESSIONAL_NEW, completed),
        (MailKind.CONFIRMED, completed),
        (MailKind.CONFIRMED, no_show),
    ],
)
def test_what_no_mail_tells_of_makes_another_untrue_at_once(kind: MailKind, event: Event) -> None:
    before, mailer = BEFORE[kind], MailerThatRemembers()

    mails(Streams(*before, event), mailer).tell(tell(kind, len(before)), a_job())

    assert mailer.sent == []


@pytest.mark.parametrize(
    ("kind", "history"),
    [
        (MailKind.PROFESSIONAL_NEW, (requested, confirmed)),
        (MailKind.PROFESSIONAL_RESCHEDULED, (requested, rescheduled, confirmed)),
    ],
)
@pytest.mark.parametrize("attempt", [1, 2])
def test_the_professional_is_not_told_to_confirm_what_is_confirmed(
    kind: MailKind, history: tuple[Event, ...], attempt: int
) -> None:
    mailer = MailerThatRemembers()
    about = tell(kind, 1 if kind is MailKind.PROFESSIONAL_NEW else 2)

    mails(Streams(*history), mailer).tell(about, a_job(attempt))

    [message] = mailer.messages
    assert "à confirmer" not in message.text


@pytest.mark.parametrize("kind", SAYS)
def test_nobody_is_told_anything_of_a_visit_whose_time_is_over(kind: MailKind) -> None:
    before, mailer = BEFORE[kind], MailerThatRemembers()
    told = tell(kind, len(before))

    ended = mails(Streams(*before), mailer, monday.ends_at).tell(told, a_job())
    assert (ended, mailer.sent) == (Skipped("it is over"), [])
    mails(Streams(*before), mailer, monday.ends_at - minute).tell(told, a_job())
    assert [message.kind for message in mailer.messages] == [kind]
