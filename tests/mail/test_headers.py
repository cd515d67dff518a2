"""What people typed is literal: no name, service or reason becomes a header, a part or a line."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from msgspec.structs import replace

from adapters.mail.mime import as_mime
from application.processes.effects.bookings import MailKind
from application.scheduling.mails import BookingMail, Mailbox, MailRefusedError, Message
from domain.values import Contact
from tests.mail.examples import (
    HEADERS,
    a_mail,
    a_message,
    letters,
    monday,
    requested_at,
    sender,
    zoes_contact,
)

BCC = "=?utf-8?q?a=0D=0ABcc=3A_evil=40x.example?="
BODY = "=?utf-8?b?YQ0KDQo8aDE+SGVsbG8=?="
TYPE = "=?us-ascii?Q?=0AContent-Type=3A_text/html?="
FIELDS = ("business", "client", "professional", "service", "location", "reason")

names = st.text(min_size=1, max_size=120).filter(str.strip)
some = settings(max_examples=25)


def naming(field: str, text: str) -> BookingMail:
    """Return a cancellation in which this text stands at one place."""
    value = (
        Contact(name=text, email="x@mail.example") if field in {"client", "professional"} else text
    )
    return replace(a_mail, kind=MailKind.CANCELLED, slot=monday, **{field: value})


def sent(message: Message) -> bytes:
    return as_mime(message, sender, mail_id="<1@x.example>", sent_at=requested_at).content


@pytest.mark.parametrize("field", FIELDS)
@some
@given(text=names)
@example(text=BCC)
@example(text=BODY)
@example(text=TYPE)
@example(text=f"{BCC} {BODY}")
@example(text=f"Zoé {BCC}")
@example(text="a\u2028Bcc: evil@x.example")
@example(text="=?utf-8?q?" + "x" * 100 + "=0D=0A?=")
@example(text="=?utf-8?q?unended")
@example(text="\ud800")
def test_whatever_is_typed_a_mail_has_the_headers_that_were_meant(field: str, text: str) -> None:
    message = letters.write(naming(field, text))

    mail = message_from_bytes(sent(message))

    assert mail.keys() == HEADERS
    assert str(make_header(decode_header(mail["Subject"]))) == message.subject
    name, address = parseaddr(mail["To"])
    assert (str(make_header(decode_header(name))), address) == (message.to.name, message.to.address)


@pytest.mark.parametrize("text", [BCC, BODY, TYPE])
def test_what_looks_like_an_encoded_word_is_read_as_it_was_typed(text: str) -> None:
    message = letters.write(replace(a_mail, client=replace(zoes_contact, name=text), service=text))

    mail = message_from_bytes(sent(message))

    assert text in str(make_header(decode_header(mail["Subject"])))
    assert str(make_header(decode_header(parseaddr(mail["To"])[0]))) == text


@pytest.mark.parametrize(
    "text", [BCC, BODY, TYPE, "a\r\nBcc: x", "a\x85b", "a\u2029b", "\u202eevil"]
)
def test_who_reads_with_the_library_finds_nothing_else_either(text: str) -> None:
    message = letters.write(naming("client", text))

    mail = message_from_bytes(sent(message), policy=policy.default)

    assert mail.keys() == HEADERS
    assert [part.get_content_type() for part in mail.walk()][:2] == [
        "multipart/mixed",
        "multipart/alternative",
    ]


@pytest.mark.parametrize(
    "text", ["a\r\nBcc: x@y", "a\nb", "a\x00b", "a\x85b", "a\u2028b", "\ud800"]
)
def test_a_text_that_would_break_a_header_is_refused_before_it_goes(text: str) -> None:
    for message in (
        replace(a_message, subject=text),
        replace(a_message, signed=text),
        replace(a_message, to=Mailbox("zoe@example.org", text)),
        replace(a_message, reply_to=Mailbox("zoe@example.org", text)),
    ):
        with pytest.raises(MailRefusedError):
            sent(message)


@pytest.mark.parametrize("field", FIELDS)
@some
@given(text=names)
@example(text=BCC)
@example(text='a";CN=b:mailto:evil@x.example')
@example(text="a\r\nATTENDEE:mailto:evil@x.example")
@example(text="a\u2028ATTENDEE:mailto:evil@x.example")
def test_no_name_invites_anybody_else(field: str, text: str) -> None:
    message = letters.write(naming(field, text))

    assert message.invitation is not None
    event = Calendar.from_ical(message.invitation.text).walk("VEVENT")[0]
    lines = message.invitation.text.splitlines()
    assert sum(line.startswith("ATTENDEE") for line in lines) == 1
    assert event["attendee"] == f"mailto:{message.to.address}"
