"""How people look for people: without accents, capitals or the beginning of a phone number."""

import re
from typing import Final

from domain.texts import plain

WILD: Final = re.compile(r"([%_\\])")
ESCAPED: Final = r"\\\1"

PHONE: Final = re.compile(r"[+(]?\d[\d\s().+/-]*")


def sought(query: str) -> tuple[str, ...]:
    """Return what must all occur in what is known of whoever is looked for, as patterns of LIKE.

    A phone number is sought as it would be dialled from abroad, whatever was typed in front of it.

    >>> sought("Zoé  MÜLLER"), sought("01 99 00")
    (('%zoe%', '%muller%'), ('%19900%',))
    """
    if PHONE.fullmatch(query.strip()):
        query = re.sub(r"\(0\)|\D", "", query).lstrip("0")
    return tuple(f"%{WILD.sub(ESCAPED, part)}%" for part in plain(query).split())
