"""Origins: where a page in a browser is from, as browsers say it (RFC 6454, the Fetch standard)."""

import re
from collections.abc import Iterable
from typing import Final

from domain.messages import Invalid

MOST: Final = 20
"""Of one business."""

LONGEST: Final = 300

SCHEMES: Final = {"https": 443, "http": 80}
"""With the ports that browsers leave out."""

HERE: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""From here only, somebody who builds a page may ask without TLS."""

_WHOLE: Final = re.compile(r"(https?)://([a-z0-9.-]+|\[::1\])(?::([1-9][0-9]{0,4}))?/?", re.ASCII)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
LONGEST_HOST: Final = 253
HIGHEST_PORT: Final = 65535


class OriginNotUnderstood(Invalid):
    """An origin is https://, one host by its full name, and a port where it is not the usual one; nothing
    stands for several. Pages of one's own machine may be http://localhost.
    """

    origin: str


class TooManyOrigins(Invalid):
    """A business lists no more origins than this."""

    most: int


def origin_of(text: str) -> str:
    """Return an origin as browsers write it. Raises OriginNotUnderstood.

    >>> origin_of("HTTPS://Salon.Example:443/")
    'https://salon.example'
    """
    found = _WHOLE.fullmatch(text.lower()) if text.isascii() and len(text) <= LONGEST else None
    if found is None or not _can_be_asked_from(found[1], found[2]):
        raise OriginNotUnderstood(origin=text[:LONGEST])
    port = int(found[3] or SCHEMES[found[1]])
    if port > HIGHEST_PORT:
        raise OriginNotUnderstood(origin=text[:LONGEST])
    return f"{found[1]}://{found[2]}" + (f":{port}" if port != SCHEMES[found[1]] else "")


def origins_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return all of them, each once, in the order of the alphabet. Raises OriginNotUnderstood,
    TooManyOrigins.
    """
    found = tuple(sorted({*map(origin_of, texts)}))
    if len(found) > MOST:
        raise TooManyOrigins(most=MOST)
    return found


def _can_be_asked_from(scheme: str, host: str) -> bool:
    return host in HERE or (scheme == "https" and _is_name(host))


def _is_name(host: str) -> bool:
    """Whether it is a full name. One that ends in a number is an address to browsers."""
    labels = host.split(".")
    return (
        len(host) <= LONGEST_HOST
        and len(labels) > 1
        and all(map(_LABEL.fullmatch, labels))
        and not labels[-1][0].isdigit()
    )
