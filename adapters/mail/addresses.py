"""Addresses as they are written to: of a domain in whatever script, the A-labels (IDNA, RFC 5891)."""

from typing import Final
from urllib.parse import quote

import idna

PLAIN: Final = "@!$'*+-._~"
"""What an address may have in a URI as it is (RFC 6068), beside letters and digits."""


def in_ascii(address: str) -> str:
    """Return it with a domain that every server can read. What stands before it remains, for only the
    domain's own server knows what it means; and so does a domain that is none.

    >>> in_ascii("zoé@müller.example")
    'zoé@xn--mller-kva.example'
    """
    name, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{name}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return address


def domain_of(address: str) -> str:
    """Return what is behind the last @, as every server can read it."""
    return in_ascii(address).rpartition("@")[2]


def as_uri(address: str) -> str:
    """Return it as a calendar knows it (RFC 6068): in ASCII, whatever stands before the @.

    >>> as_uri("zoé@müller.example")
    'mailto:zo%C3%A9@xn--mller-kva.example'
    """
    return f"mailto:{quote(in_ascii(address), safe=PLAIN)}"
