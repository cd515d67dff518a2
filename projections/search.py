"""How people look for people: without accents, capitals or the beginning of a phone number."""

import re
import unicodedata
from typing import Final

UNDECOMPOSED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "æ": "ae", "œ": "oe"}
)
"""Letters that Unicode does not write as a plain letter and a mark."""

WILD: Final = re.compile(r"([%_\\])")
ESCAPED: Final = r"\\\1"

PHONE: Final = re.compile(r"[+(]?\d[\d\s().+/-]*")


def plain(text: str) -> str:
    """Return the text as it is compared.

    >>> plain("Zoé Strauß")
    'zoe strauss'
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return bare.translate(UNDECOMPOSED)


def sought(query: str) -> tuple[str, ...]:
    """Return what must all occur in what is known of whoever is looked for, as patterns of LIKE.

    A phone number is sought as it would be dialled from abroad, whatever was typed in front of it.

    >>> sought("Zoé  MÜLLER"), sought("01 99 00")
    (('%zoe%', '%muller%'), ('%19900%',))
    """
    if PHONE.fullmatch(query.strip()):
        query = re.sub(r"\(0\)|\D", "", query).lstrip("0")
    return tuple(f"%{WILD.sub(ESCAPED, part)}%" for part in plain(query).split())
