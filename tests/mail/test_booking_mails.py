"""Who is told of a booking, and of what; who is reminded; and what became of a mail."""

from datetime import datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.operations.jobs import GivenUpError, Skipped
from application.processes.effects.bookings import MailKind
from application.scheduling.mails import MailNotTakenError, MailRefusedError, language_of
from domain.business.users import Role, UserDeactivated, UserRegistered
from domain.messages import Event
from domain.people.clients import ClientChanged, ClientLinkedToUser
from domain.scheduling.bookings import (
    BookingCompleted,
    BookingMailSent,
    RecordBookingMailFailed,
    RecordBookingMailSent,
)
from domain.scheduling.professionals import (
    ProfessionalContactChanged,
    ProfessionalRegistered,
    Settings,
    Week,
)
from domain.values import Contact, UserId
from tests.mail.examples import (
    MailerThatRemembers,
    Streams,
    a_job,
    ana,
    anas_contact,
    appointment,
    booking_id,
    cancelled,
    client_erased,
    confirmed,
    day,
    declined,
    guest,
    hour,
    mails,
    minute,
    monday,
    remind,
    requested,
    requested_at,
    rescheduled,
    tell,
    tuesday,
    zoe,
)

# --- Who is told, and of what ---------------------------------------------------------


def test_the_client_is_told_with_names_as_they_are_now() -> None:
    mailer = MailerThatRemembers()
    history = Streams(requested, confirmed)
    history.happened(
        ProfessionalContactChanged(
            professional_id=ana, contact=replace(anas_contact, name="Ana Souza")
        ),
        stream=ana,
    )

    mails(history, mailer).tell(tell(MailKind.CONFIRMED, 2), a_job())

    [message] = mailer.messages
    assert (message.to.address, message.to.name) == ("zoe@example.org", "Zoé Martin")
    assert "Ana Souza" in message.text
    assert "Coupe" in message.text
    assert message.signed == "Salon Lumière"
    assert (message.about, message.person) == (booking_id, zoe)


def test_the_price_is_the_one_that_was_agreed() -> None:
    mailer = MailerThatRemembers()

    mails(Streams(requested, confirmed), mailer).tell(tell(MailKind.CONFIRMED, 2), a_job())

    assert "45,00\u00a0€" in mailer.messages[0].text


def test_a_guest_is_told_in_his_language_or_the_professionals() -> None:
    mailer = MailerThatRemembers()
    guest_appointment = replace(appointment, client_id=None)
    for contact in (guest, replace(guest, language=None), replace(guest, language="de")):
        history = Streams(replace(requested, appointment=guest_appointment, guest=contact))
        mails(history, mailer).tell(tell(MailKind.REQUESTED, 1), a_job())

    assert [message.language for message in mailer.messages] == ["en", "fr", "fr"]
    assert mailer.messages[0].to.address == "gus@example.org"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("FR_be", "fr"), ("fr-Latn-CA", "fr"), ("frr", "en"), ("es-419", "en"), ("en_US", "en")],
)
def test_a_reader_is_told_in_the_nearest_language_there_is(wanted: str, found: str) -> None:
    assert language_of(wanted) == found
    assert language_of(wanted, "fr") == ("fr" if wanted in {"frr", "es-419"} else found)


def test_the_time_is_the_readers_own() -> None:
    mailer = MailerThatRemembers()
    guest_appointment = replace(appointment, client_id=None)
    for time_zone in ("America/New_York", "Mars/Olympus", None):
        contact = replace(guest, time_zone=time_zone)
        history = Streams(replace(requested, appointment=guest_appointment, guest=contact))
        mails(history, mailer).tell(tell(MailKind.REQUESTED, 1), a_job())

    new_york, mars, nowhere = mailer.messages
    assert "04:00 to 04:45 (New York time, UTC\u22124)" in new_york.text
    assert "10:00 to 10:45 (Paris time, UTC+2)" in mars.text
    assert "10:00 to 10:45 (Paris time, UTC+2)" in nowhere.text


def test_what_is_not_known_of_a_client_is_taken_from_what_the_guest_said() -> None:
    mailer = MailerThatRemembers()
    history = Streams(replace(requested, guest=guest))
    history.happened(ClientChanged(client_id=zoe, contact=Contact("Zoé")), stream=zoe)

    mails(history, mailer).tell(tell(MailKind.REQUESTED, 1), a_job())

    [message] = mailer.messages
    assert (message.to.name, message.to.address) == ("Zoé", "gus@example.org")
    assert message.language == "en"


@pytest.mark.parametrize(("gone", "told"), [(False, 1), (True, 0)])
def test_what_nobody_said_is_taken_from_where_the_client_logs_in(gone: bool, told: int) -> None:
    mailer, user = MailerThatRemembers(), UserId("user-0198c0de-0000-7000-8000-000000000001")
    history = Streams(requested)
    history.happened(ClientChanged(client_id=zoe, contact=Contact("Zoé")), stream=zoe)
    history.happened(ClientLinkedToUser(client_id=zoe, user_id=user), stream=zoe)
    added = UserRegistered(
        user_id=user, name="Z. Martin", email="zm@example.org", roles=(Role.CLIENT,), language="en"
    )
    history.happened(added, stream=user)
    if gone:
        history.happened(UserDeactivated(user_id=user), stream=user)

    mails(history, mailer).tell(tell(MailKind.REQUESTED, 1), a_job())

    said = [(each.to.name, each.to.address, each.language) for each in mailer.messages]
    assert said == [("Zoé", "zm@example.org", "en")] * told


def test_the_professional_is_told_of_the_client() -> None:
    mailer = MailerThatRemembers()

    mails(Streams(requested), mailer).tell(tell(MailKind.PROFESSIONAL_NEW, 1), a_job())

    [message] = mailer.messages
    assert message.to.address == "ana@salon.example"
    assert "Zoé Martin" in message.text
    assert "à confirmer" in message.text


def test_a_cancellation_gives_the_reason_and_takes_the_invitation_back() -> None:
    mailer = MailerThatRemembers()
    history = Streams(requested, confirmed, cancelled)

    mails(history, mailer).tell(tell(MailKind.CANCELLED, 3), a_job())

    [message] = mailer.messages
    assert "Ana est malade" in message.text
    assert message.invitation is not None
    assert message.invitation.method == "CANCEL"
    assert "SEQUENCE:3" in message.invitation.text


def test_a_request_that_is_called_off_was_in_no_calendar() -> None:
    mailer = MailerThatRemembers()

    mails(Streams(requested, cancelled), mailer).tell(tell(MailKind.CANCELLED, 2), a_job())

    assert mailer.messages[0].invitation is None


def test_a_refused_request_gives_the_reason() -> None:
    mailer = MailerThatRemembers()

    mails(Streams(requested, declined), mailer).tell(tell(MailKind.DECLINED, 2), a_job())

    assert "En congé ce jour-là" in mailer.messages[0].text


def test_a_mail_about_moving_says_from_when_to_when() -> None:
    mailer = MailerThatRemembers()
    history = Streams(requested, confirmed, rescheduled)

    mails(history, mailer).tell(tell(MailKind.RESCHEDULED, 3), a_job())

    [message] = mailer.messages
    assert "Quand\u00a0: mardi 6 avril" in message.text
    assert "Au lieu de\u00a0: lundi 5 avril" in message.text


def test_what_is_confirmed_at_once_is_not_acknowledged_first() -> None:
    mailer = MailerThatRemembers()
    history = Streams()
    history.happened(requested, confirmed, command="one-and-the-same")

    told = mails(history, mailer)

    assert told.tell(tell(MailKind.REQUESTED, 1), a_job()) == Skipped("it is true no more")
    assert isinstance(told.tell(tell(MailKind.CONFIRMED, 2), a_job()), RecordBookingMailSent)
    told.tell(tell(MailKind.PROFESSIONAL_NEW, 1), a_job())
    [confirmation, new] = mailer.messages
    assert confirmation.kind == MailKind.CONFIRMED
    assert "déjà confirmée" in new.text


# --- Reminders ------------------------------------------------------------------------


def reminded(history: Streams, now: datetime, **reminder) -> list[str]:
    mailer = MailerThatRemembers()
    mails(history, mailer, now).remind(remind(**reminder), a_job())
    return [message.kind for message in mailer.messages]


def test_a_reminder_is_sent_while_the_booking_stands() -> None:
    history = Streams(requested, confirmed)

    a_day_before = monday.starts_at - day
    assert reminded(history, a_day_before) == [MailKind.REMINDER_24H]
    two_hours_before = monday.starts_at - 2 * hour
    assert reminded(history, two_hours_before, kind=MailKind.REMINDER_2H) == [MailKind.REMINDER_2H]


@pytest.mark.parametrize(
    "history",
    [
        (requested, confirmed, cancelled),
        (requested, confirmed, rescheduled),
        (requested, confirmed, BookingCompleted(booking_id=booking_id, appointment=appointment)),
        (requested,),
        (),
    ],
)
def test_an_old_reminder_is_never_sent(history: tuple[Event, ...]) -> None:
    assert reminded(Streams(*history), monday.starts_at - day) == []


def test_it_is_said_why_a_reminder_was_not_sent() -> None:
    called_off = mails(
        Streams(requested, confirmed, cancelled), MailerThatRemembers(), monday.starts_at - day
    )

    assert called_off.remind(remind(), a_job()) == Skipped(
        "it does not take place then, or has begun"
    )


def test_a_moved_booking_is_reminded_of_at_its_new_time() -> None:
    history = Streams(requested, confirmed, rescheduled)

    assert reminded(history, tuesday.starts_at - day, version=3, slot=tuesday) == [
        MailKind.REMINDER_24H
    ]


def test_a_reminder_that_comes_too_late_is_not_sent() -> None:
    history = Streams(requested, confirmed)
    start = monday.starts_at

    assert reminded(history, start - 2 * hour - minute) == [MailKind.REMINDER_24H]
    assert reminded(history, start - 2 * hour) == []
    assert reminded(history, start - minute, kind=MailKind.REMINDER_2H) == [MailKind.REMINDER_2H]
    assert reminded(history, start, kind=MailKind.REMINDER_2H) == []


# --- What became of it ----------------------------------------------------------------


def test_a_mail_that_was_taken_is_recorded_with_the_servers_id() -> None:
    mailer = MailerThatRemembers()

    report = mails(Streams(requested), mailer).tell(tell(MailKind.REQUESTED, 1), a_job())

    assert report == RecordBookingMailSent(
        booking_id=booking_id,
        mail_id=str(UUID(int=7)),
        mail="booking-requested",
        message_id=f"<{UUID(int=7)}@mail>",
    )
    assert mailer.sent[0][1] == str(UUID(int=7))


def test_what_the_server_refuses_is_given_up_and_recorded() -> None:
    mailer = MailerThatRemembers(MailRefusedError("550 no such user"))

    with pytest.raises(GivenUpError) as end:
        mails(Streams(requested), mailer).tell(tell(MailKind.REQUESTED, 1), a_job())

    assert end.value.report == RecordBookingMailFailed(
        booking_id=booking_id,
        mail_id=str(UUID(int=7)),
        mail="booking-requested",
        reason="550 no such user",
    )


def test_what_may_pass_is_raised_until_the_last_attempt() -> None:
    error = TimeoutError("zoe@example.org")

    with pytest.raises(TimeoutError):
        mails(Streams(requested), MailerThatRemembers(error)).tell(
            tell(MailKind.REQUESTED, 1), a_job(attempt=19)
        )
    with pytest.raises(GivenUpError) as end:
        mails(Streams(requested), MailerThatRemembers(error)).tell(
            tell(MailKind.REQUESTED, 1), a_job(attempt=20)
        )

    report = end.value.report
    assert isinstance(report, RecordBookingMailFailed)
    assert report.reason == "TimeoutError"


def test_the_last_reply_of_the_server_is_recorded() -> None:
    mailer = MailerThatRemembers(MailNotTakenError("451 greylisted"))

    with pytest.raises(GivenUpError) as end:
        mails(Streams(requested), mailer).tell(tell(MailKind.REQUESTED, 1), a_job(attempt=20))

    assert isinstance(end.value.report, RecordBookingMailFailed)
    assert end.value.report.reason == "451 greylisted"


def test_what_was_recorded_as_sent_is_not_sent_again() -> None:
    mailer = MailerThatRemembers()
    sent = BookingMailSent(
        booking_id=booking_id, mail_id=str(UUID(int=7)), mail="booking-requested", message_id="<1>"
    )

    outcome = mails(Streams(requested, sent), mailer).tell(tell(MailKind.REQUESTED, 1), a_job())

    assert outcome == Skipped("it was sent before")
    assert mailer.sent == []


def test_who_has_no_address_gets_no_mail() -> None:
    mailer = MailerThatRemembers()
    nobody = replace(appointment, client_id=None)
    unreachable = Contact(name="Gus", phone="+33199001234")
    told = [
        mails(Streams(replace(requested, appointment=nobody, guest=contact)), mailer).tell(
            tell(MailKind.REQUESTED, 1), a_job()
        )
        for contact in (None, unreachable)
    ]

    assert told == [Skipped("nobody to write to")] * 2
    assert mailer.sent == []


def test_who_was_erased_gets_no_mail() -> None:
    mailer = MailerThatRemembers()
    history = Streams(requested, confirmed)
    history.happened(client_erased, stream=zoe)

    outcome = mails(history, mailer).tell(tell(MailKind.CONFIRMED, 2), a_job())

    assert outcome == Skipped("nobody to write to")


def test_a_professional_without_an_address_gets_no_mail() -> None:
    mailer = MailerThatRemembers()
    history = Streams(requested)
    history.streams[ana].clear()
    history.happened(
        ProfessionalRegistered(
            professional_id=ana,
            contact=Contact(name="Ana"),
            settings=Settings(time_zone="Europe/Paris", hours=Week()),
        ),
        stream=ana,
    )

    outcome = mails(history, mailer).tell(tell(MailKind.PROFESSIONAL_NEW, 1), a_job())

    assert outcome == Skipped("nobody to write to")


def test_a_mail_about_what_never_happened_is_not_sent() -> None:
    mailer = MailerThatRemembers()

    outcome = mails(Streams(requested), mailer).tell(tell(MailKind.CONFIRMED, 9), a_job())

    assert outcome == Skipped("nobody to write to")
    assert requested_at < monday.starts_at
