from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from msgspec.structs import replace

from adapters.mail.mime import as_mime, message_id
from adapters.mail.paper import TEMPLATES
from application.processes.effects.bookings import MailKind
from application.scheduling.mails import LANGUAGES, Mailbox, MailRefusedError
from domain.values import Contact
from tests.mail.examples import (
    a_mail,
    a_message,
    anas_contact,
    booking_id,
    letters,
    monday,
    requested_at,
    sender,
    tuesday,
    zoes_contact,
)

GOLDEN = Path(__file__).parent / "golden"


def mail_of(kind: MailKind, language: str):
    """Return a mail of this kind, with what such a mail has to say."""
    moved = "rescheduled" in kind
    return replace(
        a_mail,
        kind=kind,
        language=language,
        previous_slot=monday if moved else None,
        slot=tuesday if moved else monday,
        reason="Ana est malade" if kind.endswith(("cancelled", "declined")) else None,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_reads_as_it_did(kind: MailKind, language: str) -> None:
    """Golden mails: to accept a change, delete the file and run once more."""
    message = letters.write(mail_of(kind, language))

    read = f"Subject: {message.subject}\nTo: {message.to.name} <{message.to.address}>\n\n"
    golden = GOLDEN / f"{kind}.{language}.txt"
    if not golden.exists():
        golden.write_text(read + message.text, encoding="utf-8")
        pytest.fail("written for the first time; read it")
    assert read + message.text == golden.read_text(encoding="utf-8")


def test_there_is_a_template_for_every_mail_in_every_language() -> None:
    named = {f"{kind}.{language}.j2" for kind in MailKind for language in LANGUAGES}
    shared = {"layout.html.j2", "layout.txt.j2", *(f"words.{each}.j2" for each in LANGUAGES)}

    assert {path.name for path in TEMPLATES.glob("*.j2")} == named | shared


# --- Text and HTML --------------------------------------------------------------------


class Reading(HTMLParser):
    """Reads HTML as a person does: the text, and which elements there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_name_with_markup_is_escaped_in_html_and_plain_in_text() -> None:
    nasty = Contact(name="<b>Zoé</b> & <script>x</script>", email="zoe@example.org")
    mail = replace(a_mail, client=nasty, service="<i>Coupe</i>", reason="<u>1</u>")

    message = letters.write(mail)

    html = Reading(message.html)
    assert not html.elements & {"b", "i", "u", "script"}
    assert "&lt;b&gt;Zoé&lt;/b&gt; &amp; &lt;script&gt;" in message.html
    for text in (html.text, message.text):
        assert "<b>Zoé</b> & <script>x</script>" in text
        assert "<i>Coupe</i>" in text
        assert "<u>1</u>" in text
    assert message.subject.startswith("Confirmé : <i>Coupe</i>")


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_name_is_it_cannot_become_markup(name: str, service: str, reason: str) -> None:
    client = replace(zoes_contact, name=name)
    mail = replace(a_mail, client=client, service=service, reason=reason)

    message = letters.write(mail)

    ours = Reading(a_message.html).elements
    assert Reading(message.html).elements == ours
    assert len(message.subject.splitlines()) == 1


def test_html_and_text_say_the_same() -> None:
    message = letters.write(mail_of(MailKind.RESCHEDULED, "en"))

    html = " ".join(Reading(message.html).text.split())
    for line in message.text.splitlines():
        label, _, value = line.partition(": ")
        for part in (label, value):
            assert " ".join(part.split()) in html


def test_the_html_says_its_language() -> None:
    assert '<html lang="fr">' in a_message.html
    assert '<html lang="en">' in letters.write(replace(a_mail, language="en")).html


def test_a_reader_on_another_clock_is_told_both_times() -> None:
    far = letters.write(replace(a_mail, language="en", time_zone="America/New_York"))
    near = letters.write(replace(a_mail, language="en", time_zone="Europe/Brussels"))

    assert "When: Monday 5 April 2027, 04:00 to 04:45 (New York time, UTC\u22124)" in far.text
    assert "There: Monday 5 April 2027, 10:00 to 10:45 (Paris time, UTC+2)" in far.text
    assert "There:" not in near.text


def test_a_booking_without_a_time_or_a_service_is_told_of_all_the_same() -> None:
    mail = replace(a_mail, kind=MailKind.REQUESTED, slot=None, service=None, price=None)

    message = letters.write(mail)

    assert message.subject == "Demande reçue : Rendez-vous"
    assert "Quand" not in message.text


def test_the_client_answers_the_professional_and_the_other_way_round() -> None:
    to_ana = letters.write(replace(a_mail, kind=MailKind.PROFESSIONAL_NEW))

    assert (a_message.to.address, a_message.reply_to) == (
        "zoe@example.org",
        Mailbox("ana@salon.example", "Ana Silva"),
    )
    assert (to_ana.to.address, to_ana.reply_to) == (
        "ana@salon.example",
        Mailbox("zoe@example.org", "Zoé Martin"),
    )


# --- Invitations ----------------------------------------------------------------------


def event_of(mail):
    message = letters.write(mail)
    assert message.invitation is not None
    calendar = Calendar.from_ical(message.invitation.text)
    assert calendar["method"] == message.invitation.method
    [event] = calendar.walk("VEVENT")
    return calendar, event


def test_a_confirmed_booking_comes_with_an_invitation() -> None:
    calendar, event = event_of(a_mail)

    assert (calendar["method"], calendar["version"]) == ("REQUEST", "2.0")
    assert event["uid"] == f"{booking_id}@frontdesk"
    assert event.decoded("dtstart") == monday.starts_at
    assert event.decoded("dtend") == monday.ends_at
    assert event.decoded("dtstamp") == requested_at
    assert event["summary"] == "Coupe \u2013 Salon Lumière"
    assert event["location"] == "12 rue des Lilas, Paris"
    assert event["status"] == "CONFIRMED"
    assert (event["organizer"], event["organizer"].params["CN"]) == (
        "mailto:ana@salon.example",
        "Ana Silva",
    )
    assert (event["attendee"], event["attendee"].params["CN"]) == (
        "mailto:zoe@example.org",
        "Zoé Martin",
    )


def test_moving_raises_the_sequence_and_keeps_the_uid() -> None:
    _, first = event_of(a_mail)
    _, second = event_of(replace(mail_of(MailKind.RESCHEDULED, "fr"), sequence=5))

    assert second["uid"] == first["uid"]
    assert second["sequence"] > first["sequence"]
    assert second.decoded("dtstart") == tuesday.starts_at


def test_cancelling_takes_the_invitation_back() -> None:
    calendar, event = event_of(replace(mail_of(MailKind.CANCELLED, "fr"), sequence=6))

    assert (calendar["method"], event["status"]) == ("CANCEL", "CANCELLED")
    assert event["uid"] == f"{booking_id}@frontdesk"
    assert event["sequence"] == 6


@pytest.mark.parametrize("kind", [MailKind.RESCHEDULED, MailKind.CANCELLED])
def test_what_was_never_confirmed_is_no_business_of_a_calendar(kind: MailKind) -> None:
    assert letters.write(replace(mail_of(kind, "fr"), confirmed=False)).invitation is None


@pytest.mark.parametrize("kind", [MailKind.REMINDER_24H, MailKind.REMINDER_2H])
def test_a_reminder_brings_the_invitation_again(kind: MailKind) -> None:
    _, invited = event_of(a_mail)
    _, again = event_of(mail_of(kind, "fr"))

    assert again == invited


@pytest.mark.parametrize("kind", [MailKind.REQUESTED, MailKind.PROFESSIONAL_NEW])
def test_other_mails_carry_no_invitation(kind: MailKind) -> None:
    assert letters.write(mail_of(kind, "fr")).invitation is None


def test_without_an_address_of_the_professional_we_are_the_organizer() -> None:
    _, event = event_of(replace(a_mail, professional=replace(anas_contact, email=None)))

    assert event["organizer"] == "mailto:desk@frontdesk.example"


# --- As mail servers see it -----------------------------------------------------------

now = datetime(2027, 3, 1, 9, tzinfo=UTC)


def as_read(message):
    mail = as_mime(message, sender, mail_id="<1@frontdesk.example>", sent_at=now)
    return message_from_bytes(mail.content, policy=policy.default)


def test_a_mail_has_text_html_and_an_invitation() -> None:
    mail = as_read(a_message)

    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == a_message.text.splitlines()
    calendar, attached = list(mail.walk())[4:]
    assert calendar["content-type"].params["method"] == "REQUEST"
    assert attached.get_filename() == "invite.ics"
    assert a_message.invitation is not None
    assert attached.get_content().decode() == a_message.invitation.text


def test_the_headers_say_from_whom_to_whom_and_that_nobody_typed_it() -> None:
    mail = as_read(a_message)

    assert str(mail["from"]) == "Salon Lumière <desk@frontdesk.example>"
    assert str(mail["to"]) == "Zoé Martin <zoe@example.org>"
    assert str(mail["reply-to"]) == "Ana Silva <ana@salon.example>"
    assert str(mail["subject"]) == a_message.subject
    assert mail["date"].datetime == now
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["content-language"] == "fr"


def test_a_name_cannot_add_a_header() -> None:
    nasty = Contact(name="Zoé\r\nBcc: all@example.org\x00", email="zoe@example.org")

    message = letters.write(replace(a_mail, client=nasty, service="Coupe\nX-Evil: 1"))
    mail = as_read(message)

    assert mail["bcc"] is None
    assert mail["x-evil"] is None
    assert message.to.name == "Zoé Bcc: all@example.org"


def test_an_address_that_is_none_is_refused_for_good() -> None:
    for nonsense in ("", "nobody", "a b@example.org", "x@y\r\nBcc: z@example.org"):
        message = replace(a_message, to=Mailbox(nonsense, "Zoé"))
        with pytest.raises(MailRefusedError):
            as_mime(message, sender, mail_id="<1@x>", sent_at=now)


def test_the_same_key_gives_the_same_message_id() -> None:
    assert message_id("job-1", sender) == message_id("job-1", sender)
    assert message_id("job-1", sender) != message_id("job-2", sender)
    assert message_id("job-1", sender).endswith("@frontdesk.example>")
