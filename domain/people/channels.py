"""What a provider calls a person: an id on a channel, such as a number on WhatsApp.

It is the provider's, and is never parsed, mended or refused: what WhatsApp really uses for accounts in
Brazil that are older than the ninth digit, and for mobiles in Mexico, no table of phone numbers allows.
Two forms of one account are one identity.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from domain.messages import Value
from domain.values import IdentityId


class KnownOn(Value, frozen=True, kw_only=True):
    """`id` is as the provider gave it; `identity_id` is of all the forms of it."""

    channel: str
    id: str
    identity_id: IdentityId


class _Forms(NamedTuple):
    """Two forms in which one account comes, and which digits they have in common."""

    shape: re.Pattern[str]
    one: str


ALIASES: Final[Mapping[str, Sequence[_Forms]]] = {
    "whatsapp": (
        _Forms(
            re.compile(r"(55\d{2})9?([6-9]\d{7})", re.ASCII), r"\g<1>9\2"
        ),  # Brazil, 8 or 9 digits
        _Forms(re.compile(r"521?(\d{10})", re.ASCII), r"52\1"),  # Mexico, 52 or 521
        _Forms(re.compile(r"549?(\d{10})", re.ASCII), r"54\1"),  # Argentina, 54 or 549
    ),
}
"""By channel: see providers, K16."""


def one_form(channel: str, id_: str) -> str:
    """Return by what an id is compared on a channel.

    >>> one_form("whatsapp", "553188888888"), one_form("whatsapp", "5531988888888")
    ('5531988888888', '5531988888888')
    >>> one_form("telegram", "553188888888")
    '553188888888'
    """
    for forms in ALIASES.get(channel, ()):
        if found := forms.shape.fullmatch(id_):
            return found.expand(forms.one)
    return id_
