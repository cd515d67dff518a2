"""Sends mails through an SMTP server (RFC 5321).

What the server tells, and what it does not:

* A 4xx reply, or a connection lost before the mail was handed over whole: not taken. Try again.
* A 5xx reply: never will be taken. Give up.
* 250 after the mail was handed over: taken. What comes after, even a failing QUIT, changes nothing.
* A connection lost between the last byte of the mail and that reply: nobody knows (RFC 1047), and
  SMTP has no way to ask. We send again, under the same Message-ID, and, for servers that have one,
  under the same key in a header of theirs: those, and many mailboxes, then show the mail once.
"""

import re
import smtplib
import ssl
from contextlib import suppress
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from adapters.mail.mime import as_mime, message_id
from application.mails import Mailbox, MailNotTakenError, MailRefusedError, Message
from application.ports import Clock
from domain.messages import Value

CONNECTING: Final = 10.0
"""Seconds to wait for a server that may not be there."""

SENDING: Final = 120.0
"""Seconds to wait for its replies: who gives up early on a mail that is taken sends it twice."""

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
ADDRESS: Final = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")


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
    """Hands mails to one server, each over a connection of its own."""

    def __init__(
        self, server: SmtpServer, sender: Mailbox, clock: Clock, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock
        self._tls = tls or ssl.create_default_context()

    def send(self, message: Message, idempotency_key: str) -> str:
        """Send it, and give its Message-ID."""
        mail_id = message_id(idempotency_key, self._sender)
        mail = as_mime(message, self._sender, mail_id=mail_id, sent_at=self._clock())
        if self._server.idempotency_header:
            mail[self._server.idempotency_header] = idempotency_key
        connection = self._connect()
        try:
            connection.send_message(mail, self._sender.address, [message.to.address])
        except (smtplib.SMTPException, OSError) as error:
            raise _understood(error) from None
        finally:
            # Not `with`, which raises when QUIT fails: by then the mail is taken.
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
            connection.close()
        return mail_id

    def _connect(self) -> smtplib.SMTP:
        """Connect and log in. Whatever fails here is not the mail's fault, and may pass."""
        server, name = self._server, self._sender.address.rpartition("@")[2]
        connection: smtplib.SMTP | None = None
        try:
            if server.security is Security.TLS:
                connection = smtplib.SMTP_SSL(
                    server.host, server.port, name, timeout=CONNECTING, context=self._tls
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, name, timeout=CONNECTING)
                self._start_tls(connection)
            if server.username is not None:
                connection.login(server.username, server.password or "")
        except (smtplib.SMTPException, OSError) as error:
            if connection is not None:
                connection.close()
            raise MailNotTakenError(f"no connection: {_said(error)}") from None
        if connection.sock is not None:
            connection.sock.settimeout(SENDING)
        return connection

    def _start_tls(self, connection: smtplib.SMTP) -> None:
        server = self._server
        connection.ehlo_or_helo_if_needed()
        must = server.security is Security.STARTTLS
        if server.host in LOOPBACK and not must:
            return
        if must or server.username is not None or connection.has_extn("starttls"):
            connection.starttls(context=self._tls)


def _understood(error: smtplib.SMTPException | OSError) -> Exception:
    """Tell what may pass from what will not."""
    said = _said(error)
    if isinstance(error, smtplib.SMTPNotSupportedError) or said.startswith("5"):
        return MailRefusedError(said)
    return MailNotTakenError(said)


def _said(error: smtplib.SMTPException | OSError) -> str:
    """Give the server's reply, without the addresses in it; the kind of error if it said nothing."""
    reply: tuple[int, bytes | str]
    match error:
        case smtplib.SMTPRecipientsRefused():
            reply = next(iter(error.recipients.values()))
        case smtplib.SMTPResponseException():
            reply = (error.smtp_code, error.smtp_error)
        case _:
            return type(error).__name__
    code, text = reply
    told = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {ADDRESS.sub('[address]', ' '.join(told.split()))}"[:500]
