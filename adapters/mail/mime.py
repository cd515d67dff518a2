"""A message as mail servers and readers know it: RFC 5322, with text, HTML and an invitation."""

from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from application.mails import Mailbox, MailRefusedError, Message


def mailbox_of(text: str) -> Mailbox:
    """Read `Salon <desk@salon.example>`, or the address alone."""
    name, address = parseaddr(text)
    if "@" not in address:
        raise ValueError("must look like: Salon <desk@salon.example>")
    return Mailbox(address, name)


def message_id(idempotency_key: str, sender: Mailbox) -> str:
    """Give the same id for the same key, so whoever is sent a mail twice can tell."""
    digest = sha256(idempotency_key.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.address.rpartition('@')[2]}>"


def as_mime(message: Message, sender: Mailbox, *, mail_id: str, sent_at: datetime) -> EmailMessage:
    """Give the mail. Raises MailRefusedError when an address is none that a mail can have."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(Mailbox(sender.address, message.signed or sender.name))
    mail["To"] = _address(message.to)
    if message.reply_to is not None:
        mail["Reply-To"] = _address(message.reply_to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(sent_at)
    mail["Message-ID"] = mail_id
    mail["Auto-Submitted"] = "auto-generated"
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
    mail["Content-Language"] = message.language  # last: before, it would move into the text part
    return mail


def _address(mailbox: Mailbox) -> Address:
    try:
        return Address(mailbox.name, addr_spec=mailbox.address)
    except (HeaderParseError, IndexError, ValueError) as error:
        raise MailRefusedError("an address is not one that mail can be sent to") from error
