"""Which addresses are the Internet's, and which lead into somebody's network, such as ours."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNICAST: Final = IPv6Network("2000::/3")
"""All that IANA gives away. Outside it are loopback, ::, link-local (fe80::/10), private (fc00::/7),
site-local, multicast, discard (100::/64), SRv6 (5f00::/16), and addresses of IPv4 in other dress: mapped
(::ffff:0:0/96), compatible, translated, and NAT64 (64:ff9b::/96, 64:ff9b:1::/48)."""

NOT_PUBLIC: Final[tuple[Network, ...]] = (
    IPv4Network("0.0.0.0/8"),  # this network; Linux takes 0.0.0.0 for itself
    IPv4Network("10.0.0.0/8"),  # private (RFC 1918)
    IPv4Network("100.64.0.0/10"),  # of carriers (RFC 6598); one cloud has its metadata there
    IPv4Network("127.0.0.0/8"),  # loopback
    IPv4Network("168.63.129.16/32"),  # what Azure's machines find their host under
    IPv4Network("169.254.0.0/16"),  # link-local; most clouds have their metadata there
    IPv4Network("172.16.0.0/12"),  # private
    IPv4Network("192.0.0.0/24"),  # protocols; another cloud's metadata
    IPv4Network("192.0.2.0/24"),  # documentation
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv4Network("192.168.0.0/16"),  # private
    IPv4Network("198.18.0.0/15"),  # benchmarks
    IPv4Network("198.51.100.0/24"),  # documentation
    IPv4Network("203.0.113.0/24"),  # documentation
    IPv4Network("224.0.0.0/4"),  # multicast
    IPv4Network("240.0.0.0/4"),  # reserved, and broadcast
    IPv6Network("2001::/23"),  # protocols: Teredo, benchmarks, ORCHID
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4: an address of IPv4 in other dress
    IPv6Network("3fff::/20"),  # documentation
)

_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)


def is_public(address: Address) -> bool:
    """Whether an address is anybody's on the Internet, and means no other by being written so."""
    if isinstance(address, IPv6Address) and not _is_plain(address):
        return False
    return not is_within(address, NOT_PUBLIC)


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether an address is of one of these. One with a zone, `fe80::1%eth0`, is of none: it says by
    which of our interfaces it is meant.
    """
    zone = isinstance(address, IPv6Address) and address.scope_id is not None
    return not zone and any(address in network for network in networks)


def _is_plain(address: IPv6Address) -> bool:
    """Whether nothing but an interface of the Internet is meant: no zone, no tunnel (RFC 5214)."""
    tunnel = (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP
    return is_within(address, (UNICAST,)) and not tunnel
