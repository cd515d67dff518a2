"""A message as mail servers and readers know it: RFC 5322, with text, HTML and an invitation.

What people typed is literal. The library takes a text that looks like an encoded word (RFC 2047)
for one and decodes it into the header, line breaks included; so headers are encoded here, and the
finished mail is read once more before it goes.
"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from email import message_from_string
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.message import Message as AnyMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from typing import Final, NamedTuple

from msgspec.structs import replace

from adapters.mail.addresses import domain_of, in_ascii
from application.scheduling.mails import Mailbox, MailRefusedError, Message

AS_WRITTEN: Final = SMTP.clone(refold_source="none")
BREAKING: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that no header may hold: controls, halves of pairs, separators of lines."""

SHORT: Final = 60
"""Characters of a name that fits on a line together with its header."""


class Mime(NamedTuple):
    """A mail to the last byte. An international one has an address that only SMTPUTF8 can say."""

    content: bytes
    sender: str
    recipient: str
    is_international: bool


def mailbox_of(text: str) -> Mailbox:
    """Read `Salon <desk@salon.example>`, or the address alone."""
    name, address = parseaddr(text)
    if "@" not in address:
        raise ValueError("must look like: Salon <desk@salon.example>")
    return Mailbox(address, name)


def message_id(idempotency_key: str, sender: Mailbox) -> str:
    """Return the same id for the same key, so whoever is sent a mail twice can tell."""
    digest = sha256(idempotency_key.encode()).hexdigest()[:32]
    return f"<{digest}@{domain_of(sender.address)}>"


def as_mime(
    message: Message,
    sender: Mailbox,
    *,
    mail_id: str,
    sent_at: datetime,
    more: Mapping[str, str] = {},
) -> Mime:
    """Return the mail, with `more` headers. Raise MailRefusedError when an address is none that a
    mail can have, when a text cannot stand in a header, and whatever else is wrong with it: the same
    mail is not written any better the next time.
    """
    first = {
        "Date": format_datetime(sent_at),
        "Message-ID": mail_id,
        "Auto-Submitted": "auto-generated",
    }
    try:
        return _as_mime(message, sender, first, {"Content-Language": message.language, **more})
    except MailRefusedError:
        raise
    except Exception as error:
        raise MailRefusedError("the mail cannot be written") from error


def _as_mime(
    message: Message, sender: Mailbox, first: Mapping[str, str], last: Mapping[str, str]
) -> Mime:
    mailboxes = _mailboxes(message, sender)
    mail = EmailMessage(policy=AS_WRITTEN)
    for name, mailbox in mailboxes.items():
        mail.set_raw(name, _address(mailbox))
    mail.set_raw("Subject", _encoded(message.subject))
    for name, value in first.items():
        mail[name] = value
    _fill(mail, message)
    # What says something of content would move into the text part, stood it there before.
    for name, value in last.items():
        mail[name] = value
    international = _is_international(mailboxes)
    content = mail.as_bytes(policy=AS_WRITTEN.clone(utf8=international))
    _refuse_if_read_otherwise(content, mail, message.subject, mailboxes)
    return Mime(content, mailboxes["From"].address, mailboxes["To"].address, international)


def _mailboxes(message: Message, sender: Mailbox) -> dict[str, Mailbox]:
    """Return whom the mail names. Who gets the answer is left out if they cannot be written: better a
    mail that cannot be answered than none.
    """
    named = {
        "From": _written(Mailbox(sender.address, message.signed or sender.name)),
        "To": _written(message.to),
    }
    if message.reply_to is not None:
        answer = _written(message.reply_to)
        can_be_said = answer.address.isascii() or _is_international(named)
        if can_be_said and _is_address(answer.address):
            named["Reply-To"] = answer
    return named


def _is_international(mailboxes: Mapping[str, Mailbox]) -> bool:
    """Whether the sender or the recipient has an address that only SMTPUTF8 can say."""
    return not (mailboxes["From"].address + mailboxes["To"].address).isascii()


def _written(mailbox: Mailbox) -> Mailbox:
    return replace(mailbox, address=in_ascii(mailbox.address))


def _fill(mail: EmailMessage, message: Message) -> None:
    # Quoted-printable goes through servers that take seven bits only.
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if (invitation := message.invitation) is not None:
        # Once for mail programs that know invitations, once as a file for those that do not.
        text = invitation.text.encode()
        method = {"method": invitation.method, "charset": "utf-8"}
        mail.add_alternative(text, maintype="text", subtype="calendar", params=method)
        mail.add_attachment(
            text, maintype="application", subtype="ics", filename="invite.ics", params=method
        )


# --- Headers ----------------------------------------------------------------------------


def _encoded(text: str) -> str:
    """Return a text as it stands in a header, folded; it reads as that text and as nothing else."""
    _refuse_breaking(text)
    plain = text.isascii() and "=?" not in text
    return Header(text, "us-ascii" if plain else "utf-8").encode(linesep="\r\n")


def _address(mailbox: Mailbox) -> str:
    address = _specified(mailbox.address)
    return f"{_phrase(mailbox.name)}\r\n <{address}>" if mailbox.name else address


def _is_address(text: str) -> bool:
    try:
        return bool(_specified(text))
    except MailRefusedError:
        return False


def _specified(address: str) -> str:
    """Return an address as it stands in a header. The library knows the shape of those in ASCII only."""
    _refuse_breaking(address)
    shape = "".join(each if each.isascii() else "x" for each in address)
    try:
        specified = Address(addr_spec=shape).addr_spec
    except (HeaderParseError, IndexError, ValueError) as error:
        raise MailRefusedError("an address is not one that mail can be sent to") from error
    return specified if address.isascii() else address


def _phrase(name: str) -> str:
    """Return a display name: a quoted string, or encoded words if that would not do."""
    _refuse_breaking(name)
    if name.isascii() and "=?" not in name and len(name) <= SHORT:
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return Header(name, "utf-8").encode(linesep="\r\n")


def _refuse_breaking(text: str) -> None:
    if any(unicodedata.category(each) in BREAKING for each in text):
        raise MailRefusedError("a header would hold a control character or a line break")


# --- Once more before it goes -----------------------------------------------------------


def _refuse_if_read_otherwise(
    content: bytes, mail: EmailMessage, subject: str, mailboxes: Mapping[str, Mailbox]
) -> None:
    """Raise MailRefusedError unless others read the headers and parts that were meant."""
    read = message_from_string(content.decode())
    understood = (
        _structure(read) == _structure(mail)
        and _decoded(read["Subject"]) == subject
        and all(_mailbox(read[name]) == mailbox for name, mailbox in mailboxes.items())
    )
    if not understood:
        raise MailRefusedError("the finished mail would be read otherwise than it was meant")


def _structure(mail: "AnyMessage") -> list[tuple[str, list[str]]]:
    return [(part.get_content_type(), part.keys()) for part in mail.walk()]


def _mailbox(header: str) -> Mailbox:
    name, address = parseaddr(header)
    return Mailbox(address, _decoded(name))


def _decoded(header: str) -> str:
    return str(make_header(decode_header("".join(header.splitlines()))))
