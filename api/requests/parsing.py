"""What a parameter of a list may say, and what it would be if it does not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from api.problems.questions import out_of_range, wrong
from api.problems.refusals import QueryInvalid
from api.requests.moments import EXAMPLE, instant

MOST: Final = 200
USUAL: Final = 50
LONGEST_TEXT: Final = 200
NUMBER: Final = "-?[0-9]{1,18}"

Parse = Callable[[str], Any]


def boolean(text: str) -> bool:
    """Parse `true` or `false`."""
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


@dataclass(frozen=True)
class OneOf:
    """Parses a member of an enum."""

    kind: type[StrEnum]

    def __call__(self, text: str) -> str:
        return str(self.kind(text))


def _allowed(parse: Parse) -> dict[str, Any]:
    """Say what would be a value, where it is one of a few, or of one form."""
    if isinstance(parse, OneOf):
        return {"allowed": [str(each) for each in parse.kind]}
    return EXAMPLES.get(parse, {})


def not_of_its_kind(name: str, parse: Parse) -> QueryInvalid:
    """Say that a value is none of a filter's kind, and what would be one."""
    right = _allowed(parse)
    if "allowed" in right:
        return wrong(name, f"one of these is wanted: {', '.join(right['allowed'])}", **right)
    if "example" in right:
        return wrong(name, like(right["example"]), **right)
    return wrong(name, f"{LONGEST_TEXT} characters are wanted at most")


def like(example: str) -> str:
    """Say that a value is wanted that looks like another."""
    return f"something like {example} is wanted"


def one_of(kind: type[StrEnum]) -> Parse:
    """Parse a member of an enum."""
    return OneOf(kind)


def text(value: str) -> str:
    """Take a text as it is; PostgreSQL cannot hold a zero character."""
    if "\x00" in value or len(value) > LONGEST_TEXT:
        raise ValueError(value)
    return value


def number(value: str) -> int:
    """Parse a whole number that PostgreSQL can hold."""
    if not re.fullmatch(NUMBER, value, re.ASCII):
        raise ValueError(value)
    return int(value)


EXAMPLES: Final[Mapping[Parse, dict[str, Any]]] = {
    boolean: {"allowed": ["true", "false"]},
    number: {"example": "20"},
    instant: {"example": EXAMPLE},
}


def limit_of(text: str | None, usual: int = USUAL) -> int:
    """Parse how many are wanted at once. Raises QueryInvalid."""
    if text is None:
        return usual
    if not text.isdecimal() or len(text) > len(str(MOST)) or not 1 <= int(text) <= MOST:
        raise out_of_range("limit", 1, MOST)
    return int(text)
