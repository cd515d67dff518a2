"""Mails to those who work here: to whom they go, and in whose name."""

from adapters.mail.paper import Written, line
from application.business.readers import Reader
from application.scheduling.mails import Mailbox, Message
from domain.values import ClientId


def to_colleague(
    tenant: str,
    kind: str,
    reader: Reader,
    written: Written,
    about: str,
    *,
    person: ClientId | None = None,
    reply_to: Mailbox | None = None,
    mentions: tuple[str, ...] = (),
) -> Message:
    """Put what is written into a mail to a reader, in the name of their business."""
    return Message(
        tenant=tenant,
        about=about,
        person=person,
        kind=kind,
        language=reader.language,
        signed=line(reader.business),
        to=Mailbox(reader.mailbox.address, line(reader.mailbox.name)),
        reply_to=reply_to,
        subject=written.subject,
        text=written.text,
        html=written.html,
        mentions=mentions,
    )
