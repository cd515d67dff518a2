"""The kinds of text and number that values are made of, each with what it may hold.

It is said once: forms of bodies and the OpenAPI document follow. It binds what is asked for, and never
what has happened: history is read as it was stored, whatever is allowed today.
"""

from typing import Annotated, Final

from domain.messages import Value


class Held(Value, frozen=True, kw_only=True):
    """What a field may hold when somebody asks for it. Lengths are characters, `pattern` is an ECMA 262
    regular expression.
    """

    ge: int | None = None
    le: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


LINE: Final = Held(min_length=1, max_length=200, pattern=r"^ *[^\x00-\x20][^\x00-\x1f]*$")
"""A line of text that says something."""

TEXT: Final = Held(min_length=1, max_length=10_000, pattern=r"^[\x01-\x20]*[^\x00-\x20][^\x00]*$")
"""Lines of text. No zero characters, here or elsewhere: PostgreSQL cannot hold them."""

COUNTRY: Final = Held(pattern="^[A-Z]{2}$")
"""ISO 3166-1 alpha-2."""

Line = Annotated[str, LINE]
Text = Annotated[str, TEXT]
Country = Annotated[str, COUNTRY]
