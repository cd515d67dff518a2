"""SQL is code, too: which words of a statement are changed, and into what?"""

import re
from collections.abc import Iterator
from typing import Final

IS_SQL: Final = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|ORDER BY)\b")

INSTEAD: Final = {
    " < ": " <= ",
    " <= ": " < ",
    " > ": " >= ",
    " >= ": " > ",
    " AND ": " OR ",
    " OR ": " AND ",
    "NOT EXISTS": "EXISTS",
    "IS NULL": "IS NOT NULL",
    "IS NOT NULL": "IS NULL",
    " DESC": " ASC",
    "min(": "max(",
    "max(": "min(",
    "least(": "greatest(",
    "greatest(": "least(",
}

WORD: Final = re.compile(
    r"--[^\n]*|BETWEEN\s+\S+\s+AND |"
    + "|".join(sorted(map(re.escape, INSTEAD), key=len, reverse=True))
)
"""A comment and what is between two values are found first, and left as they are."""


def in_sql(text: str) -> Iterator[tuple[int, str, str]]:
    """Return where a text has a word that can be changed, the word, and another; nothing if it is no SQL."""
    if IS_SQL.search(text):
        for found in WORD.finditer(text):
            if found[0] in INSTEAD:
                yield found.start(), found[0], INSTEAD[found[0]]
