"""Who looks after a new lead that nobody was given: by a rule of the business.

source ─ those who are named for it, or else all ─► who is here ─► whose turn it is, or who has least ─► theirs

Without members the rule gives to nobody, and nobody who is away is given anything. A change of the rule is a
version, and counts from then on.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Final

from domain.aggregate import Aggregate
from domain.fields import Held, Line, id_of
from domain.messages import Command, Event, Invalid, Value
from domain.sales.caseloads import Caseload
from domain.telling import NOT_TOLD, Tellings
from domain.texts import loosely
from domain.values import AssignmentId, UserId, derived_id

MOST_MEMBERS: Final = 200
MOST_SOURCES: Final = 100


Member = Annotated[UserId, id_of("user")]


class Sharing(StrEnum):
    """How leads are divided among several: in turn, or each to whoever has the fewest that are open."""

    ROUND_ROBIN = "round_robin"
    BY_LOAD = "by_load"


class OfSource(Value, frozen=True, kw_only=True):
    """Whose the leads of a source are: a member's, or a department's."""

    source: Line
    user_id: Member | None = None
    department_id: Annotated[str, id_of("department")] | None = None


class Rule(Value, frozen=True, kw_only=True):
    """Leads of the `sources` go to those who are named there, if any of them is here, and all others to the
    `members`. Sources are the same however they are written, with or without capitals and accents.
    """

    sharing: Sharing = Sharing.ROUND_ROBIN
    members: Annotated[tuple[Member, ...], Held(max_length=MOST_MEMBERS)] = ()
    sources: Annotated[tuple[OfSource, ...], Held(max_length=MOST_SOURCES)] = ()

    def of(self, source: str | None) -> OfSource | None:
        """Return what is said of a source, if anything is."""
        wanted = None if source is None else loosely(source)
        return next((each for each in self.sources if loosely(each.source) == wanted), None)


# --- By which rule --------------------------------------------------------------------


class ChangeAssignment(Command, frozen=True):
    """Let the rule be this, the whole of it."""

    rule: Rule


class AssignmentChanged(Event, frozen=True):
    rule: Rule
    assignment_version: int


class AssignmentUnclear(Invalid):
    """Each member and each source is named once, and a source is one member's, or one department's."""


class Assigning(Value, frozen=True, kw_only=True):
    """The rule that counts now, and which version of it that is."""

    rule: Rule = Rule()
    version: int = 0


def evolve(_: Assigning, event: AssignmentChanged) -> Assigning:
    return Assigning(rule=event.rule, version=event.assignment_version)


ASSIGNMENT: Final[Aggregate[Assigning, AssignmentChanged]] = Aggregate(
    kind="assignment", initial=Assigning(), evolve=evolve
)
THE_ASSIGNMENT: Final = AssignmentId(derived_id(ASSIGNMENT.kind, "of the business"))
"""A business assigns in one way: within it, the name of the stream is always the same."""


def change(command: ChangeAssignment, assignment: Assigning) -> Sequence[AssignmentChanged]:
    """Assign by another rule from now on."""
    rule = command.rule
    if _is_twice(rule.members) or _is_twice([loosely(each.source) for each in rule.sources]):
        raise AssignmentUnclear
    if any((each.user_id is None) == (each.department_id is None) for each in rule.sources):
        raise AssignmentUnclear
    if rule == assignment.rule:
        return []
    return [AssignmentChanged(rule=rule, assignment_version=assignment.version + 1)]


def _is_twice(names: Sequence[str]) -> bool:
    return len({*names}) < len(names)


# --- Whose it is ----------------------------------------------------------------------


class Given(Value, frozen=True):
    """To whom a rule gives a lead, and whose turn that makes it."""

    user_id: UserId
    turn: int


def chosen(caseloads: Mapping[UserId, Caseload], sharing: Sharing) -> Given:
    """Choose one of those who are here: whoever has waited longest for their turn; by load, only of those
    who have least to do. Nobody had a turn yet: the first of them.
    """
    least = min(each.leads for each in caseloads.values())
    waiting = {
        user: each.turn
        for user, each in caseloads.items()
        if sharing is Sharing.ROUND_ROBIN or each.leads == least
    }
    last = max(each.turn for each in caseloads.values())
    return Given(min(waiting, key=waiting.__getitem__), last + 1)


STORED_AS: Final[dict[str, type[Event]]] = {"assignment-changed.v1": AssignmentChanged}
TOLD_AS: Final[Tellings] = {AssignmentChanged: NOT_TOLD}
