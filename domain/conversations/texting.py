"""In how many SMS a text goes, and what is in each: 3GPP TS 23.038 (alphabets) and TS 23.040, 9.2.3.24.1 (what a part of a
longer message has room for).

Of the alphabet that every telephone has, a part holds 160 characters, those of its extension count twice; where one
character is of no such alphabet, all are UTF-16, and a part holds 70 units. Of a longer text each part holds a few less,
and neither an extended character nor a surrogate pair is ever divided.
"""

import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = frozenset("\f^{}\\[~]|€")


class Alphabet(StrEnum):
    """In which letters a text goes."""

    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


class _Room(NamedTuple):
    """How much a message has room for that is alone, and each part of a longer one, by the weight of a character."""

    alone: int
    part: int
    weight: Callable[[str], int]


ROOM: Final = {
    Alphabet.GSM_7: _Room(160, 153, lambda character: 2 if character in EXTENDED else 1),
    Alphabet.UCS_2: _Room(70, 67, lambda character: 2 if ord(character) > 0xFFFF else 1),
}


def written(text: str) -> str:
    """Return a text as it is sent: letters with their accents are one character, which an alphabet may have."""
    return unicodedata.normalize("NFC", text)


def alphabet_of(text: str) -> Alphabet:
    """Return in which letters a text goes."""
    return Alphabet.GSM_7 if BASIC.union(EXTENDED).issuperset(written(text)) else Alphabet.UCS_2


def parts_of(text: str) -> tuple[str, ...]:
    """Return what is in each part.

    >>> [len(each) for each in parts_of("x" * 161)], len(parts_of("€" * 80)), len(parts_of("😀" * 36))
    ([153, 8], 1, 2)
    """
    text = written(text)
    room = ROOM[alphabet_of(text)]
    weights = [room.weight(each) for each in text]
    if sum(weights) <= room.alone:
        return (text,)
    parts, left = [""], room.part
    for character, weight in zip(text, weights, strict=True):
        if weight > left:
            parts.append("")
            left = room.part
        parts[-1] += character
        left -= weight
    return tuple(parts)
