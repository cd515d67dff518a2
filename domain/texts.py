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
    """Return the text as it is compared where two of the same name are one too many: without capitals,
    spaces around, and accents of Latin letters. In other scripts a mark makes another letter.

    >>> loosely("  Crème   BRÛLÉE "), loosely("мой") == loosely("мои"), loosely("x²")
    ('creme brulee', False, 'x²')
    """
    bare, latin = "", False
    for letter in unicodedata.normalize("NFD", text.casefold()):
        if not unicodedata.combining(letter):
            latin = unicodedata.name(letter, "").startswith("LATIN")
        elif latin:
            continue
        bare += letter
    return " ".join(unicodedata.normalize("NFC", bare).translate(UNDECOMPOSED).split())
