"""The company of a lead, where a business sells to companies: a lead like that is what others call a prospect."""

import re
from typing import Annotated, Final

from msgspec.structs import asdict, replace

from domain.fields import Held, Line
from domain.messages import Personal, Value

_LABEL: Final = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN: Final = Held(
    max_length=253, pattern=rf"^({_LABEL}\.)+[A-Za-z]([A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?$"
)
"""The name under which a company is found, such as `acme.example`."""

MOST_PEOPLE: Final = 10_000_000

Domain = Annotated[str, DOMAIN]
People = Annotated[int, Held(ge=1, le=MOST_PEOPLE)]


class Company(Value, frozen=True, kw_only=True):
    """Where a person works, as what (`title`), and how many people do (`size`)."""

    name: Personal[Line | None] = None
    domain: Personal[Domain | None] = None
    title: Personal[Line | None] = None
    industry: Line | None = None
    size: People | None = None


_BEFORE: Final = re.compile(r"^([a-z][a-z0-9+.-]*://)?(www\.)?")
_BEHIND: Final = re.compile(r"[/?#:].*$", re.DOTALL)


def domain_in(text: str) -> str | None:
    """Return the domain that somebody has typed, perhaps as the address of a page; None if there is none."""
    name = _BEHIND.sub("", _BEFORE.sub("", text.lower()))
    is_one = len(name) <= (DOMAIN.max_length or 0) and re.fullmatch(DOMAIN.pattern or "", name)
    return name if is_one else None


def completed(known: Company, said: Company) -> Company:
    """Return what is known, and what else is said: whoever fills a form in contradicts nobody who works here."""
    new = {name: value for name, value in asdict(said).items() if getattr(known, name) is None}
    return replace(known, **new)


def understood(company: Company) -> Company:
    """Return it with its domain as it is compared."""
    return replace(company, domain=company.domain and company.domain.lower())
