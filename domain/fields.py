"""The kinds of text and number that values are made of, each with what it may hold.

It is said once: forms of bodies and the OpenAPI document follow. It binds what is asked for, and never
what has happened: history is read as it was stored, whatever is allowed today.
"""

from typing import Annotated, Final

from domain.languages import LONGEST
from domain.messages import Value


class Held(Value, frozen=True, kw_only=True):
    """What a field may hold when somebody asks for it. Lengths are characters, `pattern` is an ECMA 262
    regular expression. `is_line`: it loses what nobody sees (`domain/texts.py`), and something is left.
    """

    ge: int | None = None
    le: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    is_line: bool = False


LINE: Final = Held(
    min_length=1, max_length=200, pattern=r"^ *[^\x00-\x20][^\x00-\x1f]*$", is_line=True
)
"""A line of text that says something."""

TEXT: Final = Held(min_length=1, max_length=10_000, pattern=r"^[\x01-\x20]*[^\x00-\x20][^\x00]*$")
"""Lines of text. No zero characters, here or elsewhere: PostgreSQL cannot hold them."""

ANY_TEXT: Final = r"^[^\x00]*$"
SOUGHT: Final = Held(max_length=200, pattern=ANY_TEXT)
"""What somebody types to find something."""

ADDRESS: Final = Held(max_length=254)
"""A mail address as somebody writes it, before it is understood: RFC 5321 has no room for a longer one."""

NUMBER: Final = Held(max_length=60)
"""A phone number as somebody writes it, before it is understood."""

_SUBTAGS: Final = (
    "([-_][A-Za-z]{3}){0,3}",  # of a macrolanguage: zh-yue
    "([-_][A-Za-z]{4})?",  # script: zh-Hant
    "([-_]([A-Za-z]{2}|[0-9]{3}))?",  # country, or part of the world: fr-BE, es-419
    "([-_]([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*",  # variants: de-1996
    "([-_][0-9A-WY-Za-wy-z]([-_][A-Za-z0-9]{2,8})+)*",  # extensions: ar-u-nu-latn
    "([-_][xX]([-_][A-Za-z0-9]{1,8})+)?",  # whatever somebody agreed on
)
LANGUAGE: Final = Held(max_length=LONGEST, pattern=f"^[A-Za-z]{{2,3}}{''.join(_SUBTAGS)}$")
"""A tag of BCP 47 in any case, also with `_`, as browsers and programs send it."""

CHANNEL: Final = Held(max_length=40, pattern=r"^[a-z][a-z0-9-]*$")
"""The name of a way by which messages come, such as `whatsapp`."""

GIVEN_ID: Final = Held(min_length=1, max_length=200, pattern=ANY_TEXT)
"""What a provider calls something: it is the provider's, so nothing of it is understood or mended."""

COUNTRY: Final = Held(pattern="^[A-Z]{2}$")
"""ISO 3166-1 alpha-2."""

CURRENCY: Final = Held(pattern="^[A-Z]{3}$")
"""ISO 4217."""

ID: Final = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""A UUID (RFC 9562), as it is written here."""

Line = Annotated[str, LINE]
Text = Annotated[str, TEXT]
Country = Annotated[str, COUNTRY]


def id_of(kind: str) -> Held:
    """Say what an id of a kind of thing looks like: the kind, a dash, a UUID."""
    return Held(pattern=f"^{kind}-{ID}$")
