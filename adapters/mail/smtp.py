"""Sends mails through an SMTP server (RFC 5321).

What the server tells, and what it does not:

* A 4xx reply, or a connection lost before the mail was handed over whole: not taken. Try again. That
  nobody is there, and the next mail would fare no better, it tells only before DATA.
* A 5xx reply: never will be taken. Give up.
* 2xx after the mail was handed over: taken. What comes after, even a failing QUIT, changes nothing.
* No reply after that, or none that means anything: nobody knows (RFC 1047), and SMTP has no way to
  ask. It is uncertain, and a person decides whether it is sent again, under the same Message-ID
  (decision 0020).

Whatever the server does, a byte at a time or nothing at all, a conversation comes to its end.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from adapters.mail.addresses import domain_of
from adapters.mail.conversation import Conversation, SecretConversation
from adapters.mail.mime import Mime, as_mime, message_id
from application.operations.jobs import UncertainError
from application.ports import Clock
from application.scheduling.mails import (
    Mailbox,
    MailNotTakenError,
    MailRefusedError,
    MailServerAwayError,
    Message,
)
from domain.messages import Value

CONNECTING: Final = 20.0
"""Seconds until it has let us in, all replies together; some greet late, to see who is patient."""

SENDING: Final = 60.0
"""Seconds for one mail after that, all replies together. Some look into a mail before they take it;
who gives up early on one that is taken has an uncertain one more."""

PARTING: Final = 5.0
"""Seconds for a farewell, by when all is said."""

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")


class Security(StrEnum):
    """How the connection is kept secret; `offered` is STARTTLS if the server can."""

    OFFERED = "offered"
    STARTTLS = "starttls"
    TLS = "tls"


SCHEMES: Final = {
    "smtp": (Security.OFFERED, 587),
    "smtp+starttls": (Security.STARTTLS, 587),
    "smtps": (Security.TLS, 465),
}


class SmtpServer(Value, frozen=True, kw_only=True):
    """Where mails are handed in. `idempotency_header` is for a server that knows one."""

    host: str
    port: int
    security: Security
    username: str | None = None
    password: str | None = None
    idempotency_header: str | None = None


def server_of(url: str) -> SmtpServer:
    """Read `smtp://user:password@host:587`, where TLS is used if the server offers it and always
    with a password; `smtp+starttls://`, always; `smtps://`, from the first byte. To this machine
    `smtp://` goes in the clear. `?idempotency-header=Resend-Idempotency-Key` names a header.

    >>> server_of("smtps://ana:s%40lt@mail.example.org").password
    's@lt'
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError("must look like smtp://user:password@mail.example.org:587")
    if not unquote(parts.netloc.rpartition("@")[0]).isascii():
        raise ValueError("must name a user and a password that the library can say: in ASCII")
    security, port = SCHEMES[parts.scheme]
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or port,
        security=security,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        idempotency_header=parse_qs(parts.query).get("idempotency-header", [None])[0],
    )


class SmtpMailer:
    """Hands mails to one server, each over a connection of its own. `handing_over` is told the key
    of a mail before its last byte goes.
    """

    def __init__(
        self,
        server: SmtpServer,
        sender: Mailbox,
        clock: Clock,
        tls: ssl.SSLContext | None = None,
        *,
        handing_over: Callable[[str], None] = lambda _: None,
        connecting: float = CONNECTING,
        sending: float = SENDING,
    ) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock
        self._tls = tls or ssl.create_default_context()
        self._handing_over = handing_over
        self._connecting = connecting
        self._sending = sending

    def send(self, message: Message, idempotency_key: str) -> str:
        """Send it; return its Message-ID."""
        mail_id = message_id(idempotency_key, self._sender)
        header = self._server.idempotency_header
        mail = as_mime(
            message,
            self._sender,
            mail_id=mail_id,
            sent_at=self._clock(),
            more={header: idempotency_key} if header else {},
        )
        with self._conversation(idempotency_key) as conversation:
            try:
                _hand_in(mail, conversation)
            except (smtplib.SMTPException, OSError) as error:
                if conversation.is_uncertain:
                    raise UncertainError(f"the server may have it: {_said(error)}") from None
                raise _understood(error, is_there=conversation.is_there) from None
            finally:
                conversation.part(PARTING)
        return mail_id

    def _conversation(self, idempotency_key: str) -> Conversation:
        """Connect and log in. Whatever fails here is not the mail's fault, and may pass."""
        server, name = self._server, domain_of(self._sender.address)
        kind = SecretConversation if server.security is Security.TLS else Conversation
        conversation = kind(
            name, self._tls, handing_over=lambda: self._handing_over(idempotency_key)
        )
        try:
            conversation.begin(server.host, server.port, within=self._connecting)
            if server.security is not Security.TLS:
                self._start_tls(conversation)
            if server.username is not None:
                conversation.login(server.username, server.password or "")
            conversation.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            conversation.end()
            raise MailServerAwayError(f"no connection: {_said(error)}") from None
        conversation.go_on(within=self._sending)
        return conversation

    def _start_tls(self, connection: smtplib.SMTP) -> None:
        server = self._server
        connection.ehlo_or_helo_if_needed()
        must = server.security is Security.STARTTLS
        if server.host in LOOPBACK and not must:
            return
        if must or server.username is not None or connection.has_extn("starttls"):
            connection.starttls(context=self._tls)


def _hand_in(mail: Mime, conversation: Conversation) -> None:
    """Say from whom to whom, and hand it over. What the server cannot write it will never take."""
    if mail.is_international and not conversation.has_extn("smtputf8"):
        raise MailRefusedError("the server takes no addresses but those in ASCII")
    options = ["SMTPUTF8", "BODY=8BITMIME"] if mail.is_international else []
    conversation.sendmail(mail.sender, [mail.recipient], mail.content, options)


def _understood(error: smtplib.SMTPException | OSError, *, is_there: bool) -> Exception:
    """Tell what may pass from what will not, and a mail's trouble from the server's: what a server
    does once it was given a mail, hang up included, it may do because of that mail.
    """
    said = _said(error)
    if said.startswith("5"):
        return MailRefusedError(said)
    if is_there or (said.startswith("4") and not said.startswith("421")):
        return MailNotTakenError(said)
    return MailServerAwayError(said)


def _said(error: smtplib.SMTPException | OSError) -> str:
    """Return the codes of the server's reply (RFC 5321, RFC 3463); the kind of error if it said
    nothing. Its words are left out: in whatever way they name somebody, they would stay for ever.
    """
    reply: tuple[int, bytes | str]
    match error:
        case smtplib.SMTPRecipientsRefused():
            reply = next(iter(error.recipients.values()))
        case smtplib.SMTPResponseException():
            reply = (error.smtp_code, error.smtp_error)
        case _:
            return type(error).__name__
    code, text = reply
    told = ENHANCED.match(text.decode(errors="replace") if isinstance(text, bytes) else text)
    return f"{code} {told[0]}" if told else str(code)
