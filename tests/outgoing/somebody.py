"""Whoever is at the other end: real servers that answer as they are told, and a resolver of ours."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

HERE = "127.0.0.2"
"""Stands for a public address: tests allow this one, and no other."""

THANKS = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nthanks"

Behaviour = Callable[[socket.socket, threading.Event], None]
"""What is done with a caller whose request was read, until the test is over."""


@dataclass
class Somebody:
    """Listens, and remembers what was said to them."""

    port: int = 0
    callers: int = 0
    heard: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class Resolver:
    """Gives one answer after the other, and the last again."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def __call__(self, name: str) -> Sequence[str]:
        self.asked.append(name)
        return self._answers[min(len(self.asked), len(self._answers)) - 1]


def saying(*parts: bytes) -> Behaviour:
    """Say this, and hang up."""

    def say(caller: socket.socket, _over: threading.Event) -> None:
        for part in parts:
            caller.sendall(part)

    return say


def endlessly(first: bytes, then: bytes, pause: float = 0) -> Behaviour:
    """Say something, and then something else for as long as anybody listens."""

    def say(caller: socket.socket, over: threading.Event) -> None:
        caller.sendall(first)
        while not over.wait(pause):
            caller.sendall(then)

    return say


def silence(_caller: socket.socket, over: threading.Event) -> None:
    """Say nothing until the test is over."""
    over.wait()


@contextmanager
def somebody(
    behave: Behaviour,
    *,
    at: str = HERE,
    tls: ssl.SSLContext | None = None,
    listening: socket.socket | None = None,
    hear: Callable[[socket.socket], bytes] | None = None,
) -> Iterator[Somebody]:
    """Listen at an address of this machine, or as somebody listens already."""
    there = Somebody()
    if tls is not None:
        tls.sni_callback = lambda _sock, name, _tls: there.names.append(name)
    with listening or socket.create_server((at, 0), backlog=16) as listener:
        there.port = listener.getsockname()[1]
        thread = threading.Thread(
            target=_listen, args=(listener, there, behave, tls, hear or whole)
        )
        thread.start()
        try:
            yield there
        finally:
            there.over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def two(behave: Behaviour, other: str) -> Iterator[tuple[Somebody, Somebody]]:
    """Listen here and at another address of this machine, at the same port: both are told apart by
    their address alone.
    """
    here, there = _at_one_port(HERE, other)
    with somebody(behave, listening=here) as first, somebody(behave, listening=there) as second:
        yield first, second


def _at_one_port(first: str, second: str) -> tuple[socket.socket, socket.socket]:
    """Try ports until one is free at both."""
    for _ in range(100):
        here = socket.create_server((first, 0))
        try:
            return here, socket.create_server((second, here.getsockname()[1]))
        except OSError:
            here.close()
    raise AssertionError("there is no port that is free at both")


def _listen(
    listener: socket.socket,
    there: Somebody,
    behave: Behaviour,
    tls: ssl.SSLContext | None,
    hear: Callable[[socket.socket], bytes],
) -> None:
    while not there.over.is_set():
        with suppress(OSError):
            caller, _ = listener.accept()
            there.callers += 1
            with caller if tls is None else tls.wrap_socket(caller, server_side=True) as open_:
                there.heard.append(hear(open_))
                behave(open_, there.over)


def of_little_room(sock: socket.socket) -> socket.socket:
    """Let little be under way to somebody who has not heard it yet."""
    for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        sock.setsockopt(socket.SOL_SOCKET, buffer, 16_384)
    return sock


def in_sips(caller: socket.socket) -> bytes:
    """Listen, but slowly."""
    pause, said = threading.Event(), b""
    while more := caller.recv(16_384):
        said += more
        pause.wait(0.01)
    return said


def whole(caller: socket.socket) -> bytes:
    """Read a request whole, as far as they say how long it is."""
    said = b""
    while b"\r\n\r\n" not in said:
        if not (more := caller.recv(65_536)):
            return said
        said += more
    head, _, body = said.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0].split(b":")[1]):
        if not (more := caller.recv(65_536)):
            break
        body += more
    return head + b"\r\n\r\n" + body


# --- Certificates -------------------------------------------------------------------------


@dataclass
class Authority:
    """Makes certificates; whoever trusts `file` trusts them."""

    folder: Path

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("an authority of ours")
        self.file = self.folder / "authority.pem"
        signed = self._signed(self._name, self._key.public_key(), None, days=1)
        self.file.write_bytes(signed.public_bytes(Encoding.PEM))

    def vouches_for(self, *hosts: str, days: int = 1) -> ssl.SSLContext:
        """Return what a server for these hosts speaks."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = self._signed(_named("somebody"), key.public_key(), hosts, days=days)
        file = self.folder / f"{hosts[0]}.pem"
        file.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + signed.public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(
        self,
        whose: x509.Name,
        key: ec.EllipticCurvePublicKey,
        hosts: Sequence[str] | None,
        *,
        days: int,
    ) -> x509.Certificate:
        until = datetime.now(UTC) + timedelta(days=days)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(whose)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(until - timedelta(days=30))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=hosts is None, path_length=None), critical=True)
        )
        if hosts is not None:
            names = x509.SubjectAlternativeName([_general(host) for host in hosts])
            certificate = certificate.add_extension(names, critical=False)
        return certificate.sign(self._key, SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general(host: str) -> x509.GeneralName:
    if host.replace(".", "").isdigit():
        return x509.IPAddress(ip_address(host))
    return x509.DNSName(host)
