"""What people type as an address to send to, made into one that is sent to; or refused.

It is read more strictly than browsers do (WHATWG URL), so that nobody reads it otherwise than we
did: what has two readings is refused. Whom a name belongs to only the resolver knows; that is asked
when something is sent.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote

import idna

from application.outgoing.networks import Address, Network, is_public, is_within
from domain.messages import Invalid, Value

HTTPS: Final = 443
HTTP: Final = 80
MOST_CHARACTERS: Final = 2_000

SHAPE: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,20})://"
    r"(?P<user>[^/?#@]*@)?"
    r"(?P<host>\[[^]/?#@]*\]|[^][/?#@:]+)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?"
    r"(?P<fragment>#.*)?"
)
NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label that makes any URL parser read the whole host as an address of IPv4."""

NAME: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
LOCAL: Final = ("localhost", "local", "internal", "home.arpa")
"""Under these there are no public names: RFC 6761, RFC 6762, RFC 8375."""

TYPED: Final = "%/:?#[]@!$&'()*+,;=-._~|^"
"""What stays as it was typed in a path and a query; the rest is escaped."""


class Reason(StrEnum):
    """What about an address is in the way."""

    UNREADABLE = "unreadable"
    SCHEME = "scheme"
    CREDENTIALS = "credentials"
    FRAGMENT = "fragment"
    PORT = "port"
    HOST = "host"


class AddressNotAllowed(Invalid):
    """Nothing is sent to this address: it begins with https://, names a host that is on the public
    Internet, and has no user, password, fragment or unusual port.
    """

    reason: Reason
    ports: Sequence[int]


class Allowed(Value, frozen=True, kw_only=True):
    """Where we send to. `plain` is without TLS, too; `networks` are sent to although they are not
    public, and `never` are not although they are.
    """

    ports: tuple[int, ...] = (HTTPS,)
    plain: bool = False
    networks: tuple[Network, ...] = ()
    never: tuple[Network, ...] = ()

    def reaches(self, address: Address) -> bool:
        """Whether we may connect to an address."""
        if is_within(address, self.never):
            return False
        return is_public(address) or is_within(address, self.networks)

    def refusal(self, reason: Reason) -> AddressNotAllowed:
        """Say why something is not sent to."""
        return AddressNotAllowed(reason=reason, ports=self.ports)


class Destination(Value, frozen=True, kw_only=True):
    """Where something is sent to. `host` is a name as resolvers read it, or the `address`; `target`
    is the path with the query.
    """

    secure: bool
    host: str
    address: Address | None
    port: int
    target: str

    @property
    def authority(self) -> str:
        """What is said in `Host`."""
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        usual = self.port == (HTTPS if self.secure else HTTP)
        return host if usual else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """What may be shown to anybody: of the rest, some is often a secret."""
        return f"{'https' if self.secure else 'http'}://{self.authority}"

    @property
    def url(self) -> str:
        """The address in the one spelling in which it is kept."""
        return self.origin + self.target


def destination_of(url: str, allowed: Allowed) -> Destination:
    """Read an address as people type it. Raises AddressNotAllowed.

    >>> destination_of("https://Hooks.Example.org:443/in?key=1", Allowed()).url
    'https://hooks.example.org/in?key=1'
    """
    parts = SHAPE.fullmatch(url) if _is_written_plainly(url) else None
    if parts is None:
        raise allowed.refusal(Reason.UNREADABLE)
    for reason, refused in (
        (Reason.SCHEME, parts["scheme"].lower() not in (("https", "http")[: 1 + allowed.plain])),
        (Reason.CREDENTIALS, parts["user"] is not None),
        (Reason.FRAGMENT, parts["fragment"] is not None),
    ):
        if refused:
            raise allowed.refusal(reason)
    secure = parts["scheme"].lower() == "https"
    host, address = _host(parts["host"], allowed)
    return Destination(
        secure=secure,
        host=host,
        address=address,
        port=_port(parts["port"] or (HTTPS if secure else HTTP), allowed),
        target=quote((parts["path"] or "/") + (parts["query"] or ""), safe=TYPED),
    )


def _is_written_plainly(url: str) -> bool:
    """Whether nothing in it is dropped or turned by some who read it: spaces, line ends, backslashes,
    characters that nobody sees.
    """
    return len(url) <= MOST_CHARACTERS and url.isprintable() and not {" ", "\\"} & set(url)


def _port(text: str | int, allowed: Allowed) -> int:
    port = int(text)
    if port not in allowed.ports:
        raise allowed.refusal(Reason.PORT)
    return port


def _host(text: str, allowed: Allowed) -> tuple[str, Address | None]:
    """Return the host as it is asked for, and its address if it is one."""
    try:
        name, address = _read(text)
    except (AddressValueError, idna.IDNAError):
        raise allowed.refusal(Reason.HOST) from None
    public = _is_public_name(name) if address is None else allowed.reaches(address)
    if not public and (address or not allowed.networks):
        raise allowed.refusal(Reason.HOST)
    return name, address


def _read(text: str) -> tuple[str, Address | None]:
    """Read a name in the letters of the DNS (IDNA 2008, UTS 46), or an address in its usual spelling:
    `127.1` and `0x7f.0.0.1` are refused, whatever they mean.
    """
    if text.startswith("["):
        address = IPv6Address(text[1:-1])
        return str(address), address
    name = idna.encode(text, uts46=True).decode().removesuffix(".")
    if not NAME.fullmatch(name):
        raise idna.IDNAError(name)
    return name, IPv4Address(name) if NUMBER.fullmatch(name.rpartition(".")[2]) else None


def _is_public_name(name: str) -> bool:
    return "." in name and not name.endswith(tuple(f".{local}" for local in LOCAL))
