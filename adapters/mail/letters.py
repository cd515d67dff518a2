"""Mails about bookings, and with codes, in words: see `paper.py`."""

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from adapters.mail import wording
from adapters.mail.colleagues import to_colleague
from adapters.mail.invitation import invitation
from adapters.mail.paper import Paper, Written, line, lines
from application.business.readers import Reader
from application.business.trouble_mails import TroubleMail
from application.sales.inviting import InvitationMail
from application.scheduling.mails import (
    FORM_CONFIRMATION,
    GUEST_CODE,
    AddressMail,
    BookingMail,
    ConfirmationMail,
    GuestMail,
    Mailbox,
    Message,
)
from application.webhooks.mails import StoppedWebhookMail
from domain.messages import Value
from domain.values import ClientId, Contact, TimeSlot
from domain.zones import to_local, zone

ADDRESS_CODE: Final = "address-code"
INVITATION: Final = "lead-invitation"
WEBHOOK_STOPPED: Final = "webhook-stopped"
ACCOUNT_TROUBLED: Final = "account-troubled"

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
        self._paper = Paper()

    def write(self, mail: BookingMail) -> Message:
        """Write it in its reader's language, with the times on the reader's clock."""
        reader = _mailbox(mail.reader)
        assert reader is not None, "who has no address gets no mail"
        words = _words(mail)
        written = self._paper.written(mail.kind, words)
        return Message(
            tenant=mail.tenant,
            about=mail.booking_id,
            person=mail.client_id,
            kind=mail.kind,
            language=mail.language,
            signed=words.business,
            to=reader,
            reply_to=_mailbox(mail.other),
            subject=written.subject,
            text=written.text,
            html=written.html,
            invitation=invitation(
                replace(mail, location=words.location or None),
                summary=f"{words.what} \u2013 {words.business}",
                attendee=reader,
                organizer=_mailbox(mail.professional) or self._sender,
            ),
        )

    def write_code(self, mail: AddressMail) -> Message:
        """Write what carries a code, in its reader's language."""
        words = _words_to_stranger(mail)
        return self._with_code(ADDRESS_CODE, mail, words, mail.user_id, mail.client_id)

    def write_guest_code(self, mail: GuestMail) -> Message:
        """Write what carries the code by which a guest books, in its reader's language."""
        when = _when(mail.slot, mail.time_zone, mail.language)
        words = replace(_words_to_stranger(mail), service=line(mail.service), when=when)
        return self._with_code(GUEST_CODE, mail, words, mail.booking_id, None)

    def write_stopped_webhook(self, mail: StoppedWebhookMail) -> Message:
        """Write that nothing more is sent to an endpoint, in its reader's language."""
        reader = mail.reader
        words = replace(_words_to_stranger(reader), reader=line(reader.mailbox.name))
        written = self._paper.written(f"account/{WEBHOOK_STOPPED}", words, mail=mail)
        return to_colleague(mail.tenant, WEBHOOK_STOPPED, reader, written, reader.user_id)

    def write_trouble(self, mail: TroubleMail) -> Message:
        """Write that an account is not good at present, in its reader's language."""
        reader = mail.reader
        words = replace(_words_to_stranger(reader), reader=line(reader.mailbox.name))
        written = self._paper.written(f"account/{ACCOUNT_TROUBLED}", words, mail=mail)
        return to_colleague(mail.tenant, ACCOUNT_TROUBLED, reader, written, reader.user_id)

    def write_confirmation(self, mail: ConfirmationMail) -> Message:
        """Write what carries the link by which a submission is confirmed, in its reader's language."""
        words = _words_to_stranger(mail)
        return self._signed(
            FORM_CONFIRMATION,
            mail,
            words,
            mail.submission_id,
            title=line(mail.title),
            link=mail.link,
        )

    def _with_code(
        self,
        kind: str,
        mail: AddressMail | GuestMail,
        words: Words,
        about: str,
        person: ClientId | None,
    ) -> Message:
        return self._signed(kind, mail, words, about, person, code=mail.code)

    def write_invitation(self, mail: InvitationMail) -> Message:
        """Write what leads a lead to a page of the business, in their language."""
        written = self._paper.written(
            f"sales/{INVITATION}", _words_to_stranger(mail), link=mail.link
        )
        return self._signed_as(INVITATION, mail, written, mail.lead_id, mail.client_id)

    def _signed(
        self,
        kind: str,
        mail: AddressMail | GuestMail | ConfirmationMail,
        words: Words,
        about: str,
        person: ClientId | None = None,
        **more: Any,
    ) -> Message:
        written = self._paper.written(f"account/{kind}", words, **more)
        return self._signed_as(kind, mail, written, about, person)

    def _signed_as(
        self,
        kind: str,
        mail: AddressMail | GuestMail | ConfirmationMail | InvitationMail,
        written: Written,
        about: str,
        person: ClientId | None,
    ) -> Message:
        """Put it into a mail in the name of the business."""
        return Message(
            tenant=mail.tenant,
            about=about,
            person=person,
            kind=kind,
            language=mail.language,
            signed=line(mail.business),
            to=Mailbox(mail.email),
            reply_to=None,
            subject=written.subject,
            text=written.text,
            html=written.html,
        )


def _words_to_stranger(
    mail: AddressMail | GuestMail | ConfirmationMail | InvitationMail | Reader,
) -> Words:
    """Say the name of the business, and not that of whoever gave the address: it may be a stranger's
    words to the reader.
    """
    texts = dict.fromkeys(Words.__struct_fields__, "")
    nothing = dict.fromkeys(("price", "when", "local_when", "previous", "reason"))
    said = {"language": mail.language, "business": line(mail.business)}
    return msgspec.convert(
        {**texts, **nothing, **said, "for_professional": False, "confirmed": False}, Words
    )


def _words(mail: BookingMail) -> Words:
    client, language = mail.client, mail.language
    service = line(mail.service)
    what = service or NO_SERVICE[language]
    starts = mail.slot and wording.start(mail.slot, mail.time_zone, language)
    return Words(
        language=language,
        for_professional=mail.kind.is_for_professional,
        reader=line(mail.reader.name if mail.reader else None),
        business=line(mail.business),
        professional=line(mail.professional.name),
        client=line(client.name if client else None),
        client_phone=wording.number(line(client.phone if client else None), language),
        client_email=line(client.email if client else None),
        service=service,
        price=None if mail.price is None else wording.price(mail.price, language),
        location=line(mail.location),
        what=what,
        headline=f"{what}, {starts}" if starts else what,
        when=_when(mail.slot, mail.time_zone, language),
        local_when=_when(_slot_on_another_clock(mail), mail.local_time_zone, language),
        previous=_when(mail.previous_slot, mail.time_zone, language),
        confirmed=mail.confirmed,
        reason=mail.reason and lines(mail.reason),
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
    return Mailbox(contact.email, line(contact.name))
