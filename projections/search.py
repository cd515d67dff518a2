"""How people look for people: without accents, capitals or the beginning of a phone number."""

import re
import unicodedata
from typing import Final

from domain.texts import plain

WILD: Final = re.compile(r"([%_\\])")
ESCAPED: Final = r"\\\1"

PHONE: Final = re.compile(r"[+(]?\d[\d\s().+/-]*")
EXTENDED: Final = re.compile(PHONE.pattern + r"((;?ext[.=]?|x|#)\s?\d{1,20})?", re.IGNORECASE)


def is_number(query: str) -> bool:
    """Whether somebody looks for a phone number, or for a part of one.

    >>> is_number("01 99 00 12 34 ext. 5"), is_number("Zoé 2")
    (True, False)
    """
    return EXTENDED.fullmatch(query.strip()) is not None


def sought(query: str) -> tuple[str, ...]:
    """Return what must all occur in what is known of whoever is looked for, as patterns of LIKE.

    A phone number is sought as it would be dialled from abroad, whatever was typed in front of it.

    >>> sought("Zoé  MÜLLER"), sought("01 99 00")
    (('%zoe%', '%muller%'), ('%19900%',))
    """
    if PHONE.fullmatch(query.strip()):
        query = re.sub(r"\(0\)|\D", "", query).lstrip("0")
    return _patterns(plain(query))


def said(query: str) -> tuple[str, ...]:
    """Return what must all occur in what was said.

    >>> said("Déjà 2 heures")
    ('%deja%', '%2%', '%heures%')
    """
    return _patterns(plain(query))


def as_typed(query: str) -> tuple[str, ...]:
    """Return the same with the accents that were typed: an address has them, too.

    >>> as_typed("José@")
    ('%josé@%',)
    """
    return _patterns(unicodedata.normalize("NFC", query.casefold()))


def whole(known: str) -> tuple[str, ...]:
    """Return what finds an address, or a number, that was understood."""
    return _patterns(known)


def _patterns(text: str) -> tuple[str, ...]:
    return tuple(f"%{WILD.sub(ESCAPED, part)}%" for part in text.split())
