"""How texts are compared: without accents and capitals."""

import unicodedata
from typing import Final

UNDECOMPOSED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "æ": "ae", "œ": "oe"}
)
"""Letters that Unicode does not write as a plain letter and a mark."""


def plain(text: str) -> str:
    """Return the text as it is compared.

    >>> plain("Zoé Strauß")
    'zoe strauss'
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return bare.translate(UNDECOMPOSED)


def loosely(text: str) -> str:
    """Return the text as it is compared where spaces do not count either.

    >>> loosely("  Crème   BRÛLÉE ")
    'creme brulee'
    """
    return " ".join(plain(text).split())
