"""Ideal customer profiles: what the companies are like to which a business would like to sell. Which leads
match one is asked whenever somebody wants to know (`projections/sales/matching.py`).
"""

from typing import Annotated, Final

from domain.business.users import Role
from domain.fields import Held, Line, Text
from domain.messages import Invalid, Value
from domain.records import Kind, StoredAs, Unique
from domain.sales.companies import Domain, People
from domain.sales.scores import HIGHEST

Several = Held(max_length=50)
Lines = Annotated[tuple[Line, ...], Several]


class Icp(Value, frozen=True, kw_only=True):
    """Whoever matches meets each criterion that is given: one of the `industries`, say, with `size_min`
    people at least. Industries and titles are compared without capitals and accents.
    """

    name: Line
    description: Text | None = None
    industries: Lines = ()
    size_min: People | None = None
    size_max: People | None = None
    titles: Lines = ()
    domains: Annotated[tuple[Domain, ...], Several] = ()
    sources: Lines = ()
    score_min: Annotated[int, Held(ge=0, le=HIGHEST)] | None = None


class SizesContradict(Invalid):
    """`size_min` has to be the smaller one: or else no company is of such a size."""


def refuse_impossible(icp: Icp) -> None:
    if icp.size_min is not None and icp.size_max is not None and icp.size_min > icp.size_max:
        raise SizesContradict


ICPS: Final = Kind(
    one="icp",
    many="icps",
    french="Profil de client idéal",
    values=Icp,
    examples=(
        Icp(name="Hôtels de taille moyenne", industries=("Hôtellerie",), size_min=20, size_max=200),
        Icp(name="Directions d'agences", titles=("Directrice", "Directeur"), score_min=40),
    ),
    stored_as=StoredAs(
        created="icp-created.v1",
        changed="icp-changed.v1",
        removed="icp-removed.v1",
        restored="icp-restored.v1",
        purged="icp-purged.v1",
    ),
    columns=("name",),
    unique=(Unique(fields=("name",)),),
    refuse=refuse_impossible,
    writers=frozenset({Role.OWNER, Role.FRONT_DESK}),
    readers=frozenset({Role.AUDITOR}),
    old_path="/icps",
)
