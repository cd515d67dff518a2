"""Languages as people and browsers name them: tags of BCP 47 (RFC 5646)."""

from collections.abc import Collection, Iterator
from typing import Final

LONGEST: Final = 35
"""Characters of a tag that everybody has room for (RFC 5646, 4.4.1)."""

COUNTRY, SCRIPT = 2, 4
"""How many letters tell what a subtag says."""


def canonical(tag: str) -> str:
    """Return a tag as it is written: the case says nothing, and `_` is how programs write `-`.

    >>> canonical("EN_us"), canonical("zh-hant-tw"), canonical("es-419"), canonical("en-x-US")
    ('en-US', 'zh-Hant-TW', 'es-419', 'en-x-us')
    """
    language, *others = tag.strip().replace("_", "-").lower().split("-")
    return "-".join([language, *_cased(others)])


def _cased(subtags: list[str]) -> Iterator[str]:
    """Write scripts and countries as is usual (RFC 5646, 2.1.1): not behind a single letter."""
    in_extension = False
    for subtag in subtags:
        in_extension |= len(subtag) == 1
        if in_extension or not subtag.isalpha():
            yield subtag
        elif len(subtag) == COUNTRY:
            yield subtag.upper()
        else:
            yield subtag.capitalize() if len(subtag) == SCRIPT else subtag


def country_in(tag: str | None) -> str | None:
    """Return the country that a tag names.

    >>> country_in("fr_be"), country_in("zh-Hant-TW"), country_in("es-419"), country_in(None)
    ('BE', 'TW', None, None)
    """
    _, *subtags = canonical(tag or "").split("-")
    return next((each for each in subtags if each.isupper() and each.isalpha()), None)


def nearest(tag: str, known: Collection[str]) -> str | None:
    """Return the nearest to a tag of those that are known, by the lookup of RFC 4647: ever less of it.

    >>> nearest("zh-Hant-TW", ["fr", "zh-Hant"]), nearest("fr_CA", ["fr"]), nearest("de", ["fr"])
    ('zh-Hant', 'fr', None)
    """
    subtags = canonical(tag[:LONGEST]).split("-")
    while subtags:
        if (shorter := "-".join(subtags)) in known:
            return shorter
        subtags.pop()
        if subtags and len(subtags[-1]) == 1:
            subtags.pop()
    return None
