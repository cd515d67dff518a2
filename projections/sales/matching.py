"""Which leads match an ideal customer profile, and why does one, or not?

Each criterion is a comparison of one column: asked of all leads it is a filter, and of one lead it is judged by
the same. So whatever changes on either side, nothing has to be matched anew: who asks is told what is.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import ge, le
from typing import Any, Final, NamedTuple

from domain.messages import Value
from domain.sales.icps import Icp
from domain.texts import loosely
from projections.questions import Op, Where
from projections.sales.leads import ListedLead

Told = str | int | None


class Criterion(NamedTuple):
    """A field of a profile, the column that it is compared with, and how; a text by what it is `keyed` by."""

    name: str
    column: str
    op: Op
    keyed: Callable[[str], str] = str


CRITERIA: Final = (
    Criterion("industries", "industry_key", Op.IS, loosely),
    Criterion("size_min", "company_size", Op.AT_LEAST),
    Criterion("size_max", "company_size", Op.AT_MOST),
    Criterion("titles", "title_key", Op.IS, loosely),
    Criterion("domains", "company_domain", Op.IS, str.lower),
    Criterion("sources", "source", Op.IS),
    Criterion("score_min", "score", Op.AT_LEAST),
)

HOLDS: Final[Mapping[Op, Callable[[Any, Any], bool]]] = {
    Op.IS: lambda found, wanted: found in wanted,
    Op.AT_LEAST: ge,
    Op.AT_MOST: le,
}


class Judged(Value, frozen=True, kw_only=True):
    """What a criterion wants, what was `found` of the lead, and whether that `meets` it."""

    criterion: str
    wanted: Told | tuple[str, ...]
    found: Told
    meets: bool


def filters(icp: Icp) -> Sequence[Where]:
    """Return what all leads that match have in common."""
    return [Where(each.column, each.op, wanted) for each, wanted in _given(icp)]


def judged(icp: Icp, lead: ListedLead) -> Sequence[Judged]:
    """Judge a lead by each criterion that is given."""
    return [
        _judged(each, getattr(icp, each.name), wanted, getattr(lead, each.column))
        for each, wanted in _given(icp)
    ]


def _judged(criterion: Criterion, said: Any, wanted: Any, found: Told) -> Judged:
    meets = found is not None and HOLDS[criterion.op](found, wanted)
    return Judged(criterion=criterion.name, wanted=said, found=found, meets=meets)


def _given(icp: Icp) -> Sequence[tuple[Criterion, Any]]:
    """Return each criterion that is given, with what is wanted as it is compared."""
    values = ((each, getattr(icp, each.name)) for each in CRITERIA)
    return [(each, _compared(each, said)) for each, said in values if said not in (None, ())]


def _compared(criterion: Criterion, said: Any) -> Any:
    return [criterion.keyed(text) for text in said] if criterion.op is Op.IS else said
