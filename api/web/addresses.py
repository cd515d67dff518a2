"""Where a request comes from: the address that its limits go by.

Whoever connects to us is believed to be where they are. What they say of others, in
X-Forwarded-For, is believed of the proxies that the settings name, and of nobody else.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import islice
from typing import Final

from starlette.types import Scope

Address = IPv4Address | IPv6Address

FORWARDED: Final = b"x-forwarded-for"
FOUND: Final = "frontdesk.address"
MOST_PROXIES: Final = 20
"""Of ours, one behind the other."""

ONE_NETWORK: Final = 64
"""Bits of an IPv6 address by which a household or a server is told from others: within its network
one has more addresses than anybody can count.
"""


class Addresses:
    """Knows which proxies are ours."""

    def __init__(self, proxies: Sequence[str] = ()) -> None:
        self._proxies = [ip_network(proxy) for proxy in proxies]

    def of(self, scope: Scope) -> str:
        """Return what a request is counted under: the last address that is none of our proxies."""
        if FOUND not in scope:
            scope[FOUND] = self._found(scope)
        found: str = scope[FOUND]
        return found

    def _found(self, scope: Scope) -> str:
        peer = scope.get("client")
        name = peer[0] if peer else ""
        address = _parsed(name)
        if address is None:
            return name
        before = _forwarded(scope)
        while self._is_ours(address) and (nearer := next(before, None)):
            address = nearer
        return _network_of(address)

    def of_peer(self, name: str) -> str | None:
        """Return what whoever connects is counted under; nothing for a proxy of ours."""
        address = _parsed(name)
        if address is None or self._is_ours(address):
            return None
        return _network_of(address)

    def _is_ours(self, address: Address) -> bool:
        return any(address in proxy for proxy in self._proxies)


def _forwarded(scope: Scope) -> Iterator[Address | None]:
    """Return by which addresses a request is said to have come, the nearest first. What is said beyond
    the first who is not believed is not looked at: anybody can have said it, and as much as they like.
    """
    lines = (value for name, value in reversed(scope["headers"]) if name == FORWARDED)
    parts = (part for line in lines for part in reversed(line.rsplit(b",", MOST_PROXIES)))
    return (_parsed(part.decode("latin-1")) for part in islice(parts, MOST_PROXIES))


def _parsed(text: str) -> Address | None:
    """Return an address, also when it is written as one of IPv6 or with a port."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _network_of(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((address, ONE_NETWORK), strict=False))
