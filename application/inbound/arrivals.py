"""What a provider sends, as bytes: nothing of it is understood yet."""

from collections.abc import Callable
from urllib.parse import parse_qsl

import msgspec

from application.inbound.refusals import SignatureMissing, SignatureWrong
from application.reading import read_as
from domain.messages import Value

MOST_FIELDS = 1_000
"""Of a form. No provider sends half as many."""

Header = tuple[bytes, bytes]


class Arrival(Value, frozen=True, kw_only=True):
    """A request as it came. `url` is our public address with the path and the query as they were sent;
    names of headers are in lower case.
    """

    method: str
    url: str
    headers: tuple[Header, ...]
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        """Return a header. Raises SignatureWrong where there are several: nobody knows which one counts."""
        found = [value for each, value in self.headers if each == name]
        if len(found) > 1:
            raise SignatureWrong(why="signature")
        return found[0].strip() if found else None

    def needed(self, name: bytes) -> bytes:
        """Return a header that has to be there. Raises SignatureMissing, SignatureWrong."""
        found = self.header(name)
        if not found:
            raise SignatureMissing
        return found

    @property
    def query(self) -> str:
        """What stands behind the question mark, as it was sent."""
        return self.url.partition("?")[2]

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a form, in their order. Raises ValueError."""
        return fields_of(self.body.decode("ascii"))


def fields_of(text: str) -> list[tuple[str, str]]:
    """Return what a form, or a query, says. Raises ValueError."""
    return parse_qsl(
        text, keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS
    )


# --- By what one knows it again -----------------------------------------------------------

KnownBy = Callable[[Arrival], bytes]
"""Returns what is the same however often something is sent, and of nothing else."""


def whole_body(arrival: Arrival) -> bytes:
    """Know it by all it says."""
    return b"body " + arrival.body


def whatever_is_asked(arrival: Arrival) -> bytes:
    """Know it by all it says, in its address and its body; the secret in the path is none of it."""
    asked = f"{arrival.method} {arrival.query}".encode("utf-8", "surrogateescape")
    return b"asked %b\n%b" % (asked, arrival.body)


def header_of(name: bytes) -> KnownBy:
    """Know it by a header that is signed."""

    def known(arrival: Arrival) -> bytes:
        return b"id " + arrival.needed(name)

    return known


def field_of(name: str) -> KnownBy:
    """Know it by a field of the object that it is; else by all it says."""

    def known(arrival: Arrival) -> bytes:
        found = text_in(arrival.body, name)
        return whole_body(arrival) if found is None else b"id " + found.encode()

    return known


def text_in(body: bytes, name: str) -> str | None:
    """Return a text of a JSON object; None where there is none, or it is no such object."""
    found = (read_as(body, dict[str, msgspec.Raw]) or {}).get(name)
    return None if found is None else read_as(found, str)
