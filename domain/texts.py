"""How texts are compared: without accents and capitals; and what of a line anybody sees."""

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
    if text.isascii():
        return text.lower()
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


# --- What anybody sees of a line ----------------------------------------------------------

BREAKING: Final = frozenset({"Cc", "Zl", "Zp"})
"""Categories of what ends a line, or does something else than stand in it."""

UNSEEN: Final = BREAKING | {"Cf", "Cs", "Zs"}
"""Those of which nothing is seen: spaces, and what tells programs something."""

SIGNS: Final = frozenset(
    map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD))
)
"""Of category Cf, and seen: they stand around numbers in Arabic, Syriac and Kaithi."""

FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks by their category of which nothing is seen: Hangul fillers, joiners of graphemes."""

BLANK: Final = "\u2800"
"""The space of Braille, which is a symbol by its category."""

SELECTORS: Final = frozenset(
    map(chr, (*range(0x180B, 0x180E), 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
"""What chooses the form of the letter, or the emoji, before it."""

JOINERS: Final = "\u200c\u200d"
"""Between letters they are spelling, in Persian or in Malayalam; between emoji they make one of several."""

VIRAMA: Final = 9
"""The combining class of what joins with a letter that need not be there."""

TURNS: Final = "\u061c\u200e\u200f"
"""Where a text is written from right to left they say which way a bracket looks. The other controls of
directions embrace words, and may turn around what does not belong to the text: those are never kept.
"""

FLAG: Final = "\N{WAVING BLACK FLAG}"
"""Behind it, letters that nobody sees say of what: of Wales."""

FROM_RIGHT: Final = frozenset({"R", "AL"})


def shown(text: str) -> str:
    r"""Return a line as people see it: without marks that nobody sees, unless they are how a word is
    spelled, or a picture drawn; and what would end the line is a space.

    >>> shown("\u202eZo\u00ade\u2028Martin\ufeff")
    'Zoe Martin'
    """
    if text.isascii() and text.isprintable():
        return text
    turning = any(_is_from_right(each) for each in text)
    kept = ""
    for here, after in zip(text, (*text[1:], ""), strict=True):
        kept += _kept(here, kept[-1:], after, turning=turning)
    return kept


def says_something(text: str) -> bool:
    r"""Whether anybody sees anything of a line.

    >>> says_something("\u3164\u00a0\u200b"), says_something("é")
    (False, True)
    """
    return any(_is_seen(each) for each in text)


def _kept(here: str, before: str, after: str, *, turning: bool) -> str:
    """Return what is kept of a character, by what was kept before it and what comes after."""
    if unicodedata.category(here) in BREAKING:
        return " "
    if here in JOINERS:
        return here if _is_joined(before, after) else ""
    if here in SELECTORS:
        return here if _is_seen(before) else ""
    if _is_tag(here):
        return here if before == FLAG or _is_tag(before) else ""
    if here in TURNS:
        return here if turning else ""
    is_there = _is_seen(here) or here == BLANK or unicodedata.category(here) == "Zs"
    return here if is_there else ""


def _is_joined(before: str, after: str) -> bool:
    drawn = _is_seen(before) or before in SELECTORS or _is_tag(before)
    return bool(before) and (unicodedata.combining(before) == VIRAMA or (drawn and _is_seen(after)))


def _is_seen(letter: str) -> bool:
    if not letter or letter in FILLERS or letter in SELECTORS or letter == BLANK:
        return False
    return letter in SIGNS or unicodedata.category(letter) not in UNSEEN


def _is_from_right(letter: str) -> bool:
    return letter not in TURNS and unicodedata.bidirectional(letter) in FROM_RIGHT


def _is_tag(letter: str) -> bool:
    return "\U000e0020" <= letter <= "\U000e007f"
