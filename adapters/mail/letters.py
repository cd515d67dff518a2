"""Mails in words: templates in `templates/`, one per kind and language, in text and in HTML alike.

A template says only sentences, as plain text; the layouts put them into a mail, and the HTML one
escapes whatever it is given.
"""

from pathlib import Path
from typing import Final

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from msgspec.structs import replace

from adapters.mail import wording
from adapters.mail.invitation import invitation
from application.scheduling.mails import (
    GUEST_CODE,
    AddressMail,
    BookingMail,
    GuestMail,
    ImportMail,
    Mailbox,
    Message,
)
from domain import texts
from domain.messages import Value
from domain.values import ClientId, Contact, TimeSlot
from domain.zones import to_local, zone

TEMPLATES: Final = Path(__file__).parent / "templates"

TURNS: Final = dict.fromkeys(map(ord, texts.TURNS))
"""Left out of mails and calendars, whose own words may stand on the other side of them."""

ADDRESS_CODE: Final = "address-code"
IMPORT_DONE: Final = "import-done"

NO_SERVICE: Final = {"en": "Appointment", "fr": "Rendez-vous"}


class Words(Value, frozen=True, kw_only=True):
    """What a template may say: everything in words, nothing longer than a line but the reason."""

    language: str
    for_professional: bool
    reader: str
    business: str
    professional: str
    client: str
    client_phone: str
    client_email: str
    service: str
    price: str | None
    location: str
    what: str
    headline: str
    when: str | None
    local_when: str | None
    previous: str | None
    confirmed: bool
    reason: str | None


class TemplateLetters:
    """Writes letters from templates. `sender` is the organizer where a professional has no mail."""

    def __init__(self, sender: Mailbox) -> None:
        self._sender = sender
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html.j2"], default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def write(self, mail: BookingMail) -> Message:
        """Write it in its reader's language, with the times on the reader's clock."""
        reader = _mailbox(mail.reader)
        assert reader is not None, "who has no address gets no mail"
        words = _words(mail)
        template = self._templates.get_template(f"{mail.kind}.{mail.language}.j2")
        said = template.make_module({"m": words})
        values = {"m": words, "said": said}
        return Message(
            tenant=mail.tenant,
            about=mail.booking_id,
            person=mail.client_id,
            kind=mail.kind,
            language=mail.language,
            signed=words.business,
            to=reader,
            reply_to=_mailbox(mail.other),
            subject=_line(getattr(said, "subject", "")),
            text=_tidy(self._templates.get_template("layout.txt.j2").render(values)),
            html=self._templates.get_template("layout.html.j2").render(values),
            invitation=invitation(
                replace(mail, location=words.location or None),
                summary=f"{words.what} \u2013 {words.business}",
                attendee=reader,
                organizer=_mailbox(mail.professional) or self._sender,
            ),
        )

    def write_code(self, mail: AddressMail) -> Message:
        """Write what carries a code, in its reader's language."""
        words = _words_of_business(mail)
        return self._alone("account", ADDRESS_CODE, mail, words, mail.user_id, mail.client_id)

    def write_guest_code(self, mail: GuestMail) -> Message:
        """Write what carries the code by which a guest books, in its reader's language."""
        when = _when(mail.slot, mail.time_zone, mail.language)
        words = replace(_words_of_business(mail), service=_line(mail.service), when=when)
        return self._alone("account", GUEST_CODE, mail, words, mail.booking_id, None)

    def write_import(self, mail: ImportMail) -> Message:
        """Write what became of a file, in its reader's language."""
        words = replace(_words_of_business(mail), reader=_line(mail.name))
        return self._alone("sales", IMPORT_DONE, mail, words, mail.user_id, None)

    def _alone(
        self,
        folder: str,
        kind: str,
        mail: AddressMail | GuestMail | ImportMail,
        words: Words,
        about: str,
        person: ClientId | None,
    ) -> Message:
        """Write what is about no booking, and has no invitation."""
        template = self._templates.get_template(f"{folder}/{kind}.{mail.language}.j2")
        said = template.make_module({"m": words, "mail": mail, "day": wording.day_of})
        values = {"m": words, "said": said}
        return Message(
            tenant=mail.tenant,
            about=about,
            person=person,
            kind=kind,
            language=mail.language,
            signed=words.business,
            to=Mailbox(mail.email),
            reply_to=None,
            subject=_line(getattr(said, "subject", "")),
            text=_tidy(self._templates.get_template("layout.txt.j2").render(values)),
            html=self._templates.get_template("layout.html.j2").render(values),
        )


def _words_of_business(mail: AddressMail | GuestMail | ImportMail) -> Words:
    """Say the name of the business, and not that of whoever gave the address: it may be a stranger's
    words to the reader.
    """
    texts = dict.fromkeys(Words.__struct_fields__, "")
    nothing = dict.fromkeys(("price", "when", "local_when", "previous", "reason"))
    said = {"language": mail.language, "business": _line(mail.business)}
    return msgspec.convert(
        {**texts, **nothing, **said, "for_professional": False, "confirmed": False}, Words
    )


def _words(mail: BookingMail) -> Words:
    client, language = mail.client, mail.language
    service = _line(mail.service)
    what = service or NO_SERVICE[language]
    starts = mail.slot and wording.start(mail.slot, mail.time_zone, language)
    return Words(
        language=language,
        for_professional=mail.kind.is_for_professional,
        reader=_line(mail.reader.name if mail.reader else None),
        business=_line(mail.business),
        professional=_line(mail.professional.name),
        client=_line(client.name if client else None),
        client_phone=wording.number(_line(client.phone if client else None), language),
        client_email=_line(client.email if client else None),
        service=service,
        price=None if mail.price is None else wording.price(mail.price, language),
        location=_line(mail.location),
        what=what,
        headline=f"{what}, {starts}" if starts else what,
        when=_when(mail.slot, mail.time_zone, language),
        local_when=_when(_slot_on_another_clock(mail), mail.local_time_zone, language),
        previous=_when(mail.previous_slot, mail.time_zone, language),
        confirmed=mail.confirmed,
        reason=mail.reason and _lines(mail.reason),
    )


def _slot_on_another_clock(mail: BookingMail) -> TimeSlot | None:
    """Return the slot if the clock on the professional's wall reads otherwise than the reader's."""
    if mail.slot is None:
        return None
    starts = mail.slot.starts_at
    here, there = (to_local(starts, zone(z)) for z in (mail.time_zone, mail.local_time_zone))
    return None if here == there else mail.slot


def _when(slot: TimeSlot | None, time_zone: str, language: str) -> str | None:
    return None if slot is None else wording.when(slot, time_zone, language)


def _mailbox(contact: Contact | None) -> Mailbox | None:
    if contact is None or contact.email is None:
        return None
    return Mailbox(contact.email, _line(contact.name))


def _line(text: str | None) -> str:
    """Return it on one line, as people see it: a name with a line break would be a header, or a sentence,
    of its own. What history has may be older than what is refused today.
    """
    return " ".join(texts.shown(text or "").translate(TURNS).split())


def _lines(text: str) -> str:
    """Return a text of several lines without what nothing can show."""
    return "\n".join(_line(each) for each in text.splitlines())


def _tidy(text: str) -> str:
    """Leave one empty line where several paragraphs had nothing to say."""
    paragraphs = [part.strip("\n") for part in text.split("\n\n")]
    return "\n\n".join(part for part in paragraphs if part.strip()) + "\n"
