"""A real SMTP server in a thread, which can be told to be difficult."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from infra.settings import Mode, Settings


class Mailbox:
    """Takes mails; `answers` come first, one per MAIL, RCPT or DATA as their key says."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: dict[str, list[str]] = {}
        self.seconds = 0.0
        self.hang_up_after_data = 0
        self.hangs_up_on: bytes | None = None
        self.hold_answers_to_data = False
        self.logins: list[bytes] = []
        self.was_secret: list[bool] = []

    async def handle_MAIL(  # noqa: N802  (the library calls it so)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if answer := self._answer("MAIL"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  (the library calls it so)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if answer := self._answer("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.seconds)
        if answer := self._answer("DATA"):
            return answer
        if self.hangs_up_on is not None and self.hangs_up_on in envelope.content:
            server.transport.abort()
            return "554 no"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append(list(envelope.rcpt_tos))
        self.was_secret.append(session.ssl is not None)
        if self.hang_up_after_data:
            self.hang_up_after_data -= 1
            server.transport.abort()
        if self.hold_answers_to_data:
            await asyncio.sleep(3600)
        return "250 taken"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return self._answer("QUIT") or "221 bye"

    def _answer(self, command: str) -> str | None:
        answers = self.answers.get(command)
        return answers.pop(0) if answers else None

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _how: str, login: Any
    ) -> AuthResult:
        assert isinstance(login, LoginPassword)
        self.logins.append(login.login)
        known = login.password == b"s@lt"
        return AuthResult(success=known, handled=known)


class OnAnyPort(Controller):
    """Listens where there is room."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]  # a Server
        super()._trigger_server()


def sending_to(port: int) -> Settings:
    """Return the settings of a system that hands its mails to this server."""
    return Settings(mode=Mode.TEST, smtp_url=f"smtp://127.0.0.1:{port}")


@contextmanager
def mail_server(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    """Return the port of a server that puts mails into the mailbox."""
    controller = OnAnyPort(
        mailbox, hostname="127.0.0.1", port=0, authenticator=mailbox.authenticate, **options
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def certificate(folder: Path) -> Path:
    """Make a certificate for this machine; return the file with it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + signed.public_bytes(Encoding.PEM)
    )
    return file


def server_tls(file: Path) -> ssl.SSLContext:
    """Return what a server with this certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def client_tls(file: Path) -> ssl.SSLContext:
    """Return what a client speaks who trusts this certificate alone."""
    return ssl.create_default_context(cafile=str(file))
