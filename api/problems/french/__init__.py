"""Refusals in French: the title of each code, and what it says, in the same contexts as everywhere."""

from collections.abc import Mapping
from typing import Final

from api.problems.french import (
    business,
    conversations,
    files,
    imports,
    money,
    operations,
    people,
    sales,
    scheduling,
    web,
)
from api.problems.french.records import of_records
from api.problems.french.words import Words
from domain.catalogue import KINDS

__all__ = ["FRENCH", "Words"]

FRENCH: Final[Mapping[str, Words]] = {
    **{code: words for kind in KINDS for code, words in of_records(kind)},
    **business.FRENCH,
    **conversations.FRENCH,
    **files.FRENCH,
    **imports.FRENCH,
    **money.FRENCH,
    **operations.FRENCH,
    **people.FRENCH,
    **sales.FRENCH,
    **scheduling.FRENCH,
    **web.FRENCH,
}
