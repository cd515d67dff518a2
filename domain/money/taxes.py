"""Taxes: what is added to a price, and in which country."""

from typing import Annotated, Final

from domain.business.users import Role
from domain.fields import Country, Held, Line
from domain.messages import Value
from domain.records import Kind, StoredAs, Unique


class Tax(Value, frozen=True, kw_only=True):
    """`rate` is in hundredths of a percent: 2000 is 20 %."""

    name: Line
    rate: Annotated[int, Held(ge=0, le=100_00)]
    country: Country


TAXES: Final = Kind(
    one="tax",
    many="taxes",
    french="Taxe",
    values=Tax,
    examples=(
        Tax(name="TVA", rate=20_00, country="FR"),
        Tax(name="TVA réduite", rate=5_50, country="FR"),
    ),
    stored_as=StoredAs(
        created="tax-created.v1",
        changed="tax-changed.v1",
        removed="tax-removed.v1",
        restored="tax-restored.v1",
        purged="tax-purged.v1",
    ),
    columns=("name", "rate", "country"),
    unique=(Unique(fields=("country", "name")),),
    writers=frozenset({Role.OWNER}),
    old_path="/taxes",
)
