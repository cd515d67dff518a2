"""What a sender says of themselves and nobody should keep: their passwords, keys and cookies."""

import re
from functools import cache
from typing import Final

from msgspec.structs import replace

from application.inbound.arrivals import Arrival
from application.inbound.providers import Provider

NEVER_KEPT: Final = frozenset({b"authorization", b"cookie", b"proxy-authorization", b"set-cookie"})

STRIPPED: Final = rb"\1null"
"""What stands in the place of a value."""

SECRET_IN_ADDRESS: Final = re.compile(r"/[^/?]*(?=\?|$)")
"""The last part of a path."""

HIDDEN: Final = "/-"


def stripped(arrival: Arrival, provider: Provider) -> Arrival:
    """Return it without secrets; all else is as it came, byte for byte."""
    never = NEVER_KEPT.union(provider.strips_headers)
    headers = tuple(each for each in arrival.headers if each[0] not in never)
    body = arrival.body
    for field in provider.strips_fields:
        body = _values_of(field).sub(STRIPPED, body)
    url = SECRET_IN_ADDRESS.sub(HIDDEN, arrival.url) if provider.is_in_address else arrival.url
    return replace(arrival, url=url, headers=headers, body=body)


@cache
def _values_of(field: str) -> re.Pattern[bytes]:
    """Find the values of a field, at whatever depth: a quote within a text has a backslash before it, so
    that what somebody writes is no field. Also of what is no whole JSON.
    """
    name = re.escape(field.encode())
    return re.compile(rb'(?s)("%b"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}\]"]+)' % name)
