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
from typing import Final

from application.mails import Mailbox, MailRefusedError, Message

AS_WRITTEN: Final = SMTP.clone(refold_source="none")
BREAKING: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that no header may hold: controls, halves of pairs, separators of lines."""

SHORT: Final = 60
"""Characters of a name that fits on a line together with its header."""


def mailbox_of(text: str) -> Mailbox:
    """Read `Salon <desk@salon.example>`, or the address alone."""
    name, address = parseaddr(text)
    if "@" not in address:
        raise ValueError("must look like: Salon <desk@salon.example>")
    return Mailbox(address, name)


def message_id(idempotency_key: str, sender: Mailbox) -> str:
    """Return the same id for the same key, so whoever is sent a mail twice can tell."""
    digest = sha256(idempotency_key.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.address.rpartition('@')[2]}>"


def as_mime(message: Message, sender: Mailbox, *, mail_id: str, sent_at: datetime) -> EmailMessage:
    """Return the mail. Raise MailRefusedError when an address is none that a mail can have, or
    when a text cannot stand in a header.
    """
    mailboxes = {"From": Mailbox(sender.address, message.signed or sender.name), "To": message.to}
    if message.reply_to is not None:
        mailboxes["Reply-To"] = message.reply_to
    mail = EmailMessage(policy=AS_WRITTEN)
    for name, mailbox in mailboxes.items():
        mail.set_raw(name, _address(mailbox))
    mail.set_raw("Subject", _encoded(message.subject))
    mail["Date"] = format_datetime(sent_at)
    mail["Message-ID"] = mail_id
    mail["Auto-Submitted"] = "auto-generated"
    _fill(mail, message)
    mail["Content-Language"] = message.language  # last: before, it would move into the text part
    _refuse_if_read_otherwise(mail, message.subject, mailboxes)
    return mail


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
    _refuse_breaking(mailbox.address)
    try:
        address = Address(addr_spec=mailbox.address).addr_spec
    except (HeaderParseError, IndexError, ValueError) as error:
        raise MailRefusedError("an address is not one that mail can be sent to") from error
    return f"{_phrase(mailbox.name)}\r\n <{address}>" if mailbox.name else address


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
    mail: EmailMessage, subject: str, mailboxes: Mapping[str, Mailbox]
) -> None:
    """Raise MailRefusedError unless others read the headers and parts that were meant."""
    text = mail.as_bytes(policy=AS_WRITTEN.clone(utf8=True)).decode()
    read = message_from_string(text)
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
