"""How likely a lead becomes a client, as a number that adds up: its parts, what is rounded, what is cut off.

    facts ─ by the business's own weights ─► parts ─ sum ─► raw ─ round ─► clamp to 0…100 ─► score
                                                                              score ─► hot, warm or cold

Points are counted in hundredths, so that they add up exactly. The business publishes its weights; each
change is a version, and counts from then on.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Final

from domain.aggregate import Aggregate
from domain.fields import Held
from domain.messages import Command, Event, Invalid, Value
from domain.telling import NOT_TOLD, Tellings
from domain.values import ScoringId, derived_id

HIGHEST: Final = 100
HUNDREDTHS: Final = 100
"""Of a point."""

MOST_POINTS: Final = 1_000
MOST_TIERS: Final = 10
MOST_COUNTED: Final = 100
"""Of one kind of engagement: more of it tells nothing more."""

Points = Annotated[int, Held(ge=0, le=MOST_POINTS)]


class Temperature(StrEnum):
    """How soon somebody should turn to a lead."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class EngagementSource(StrEnum):
    """What a person did by which they showed interest."""

    FORM = "form"
    VISIT = "visit"
    BOOKING = "booking"
    TASK = "task"
    REPLY = "reply"
    OPEN = "open"
    CLICK = "click"


# --- By which weights -----------------------------------------------------------------


class Tier(Value, frozen=True, kw_only=True):
    """So many points for whoever was answered within so many minutes."""

    within_minutes: Annotated[int, Held(ge=1, le=60 * 24 * 30)]
    points: Points


class Weights(Value, frozen=True, kw_only=True):
    """Points for what is known and what was done. `engagement` is for each time, and `engagement_most` for
    all of it; a message counts by its length, up to `message_most`. From `hot` and `warm` on a lead is so.
    Its follow-up is due while whoever has it works, if `within_working_hours`: where their hours are known.
    """

    name: Points = 5
    email: Points = 10
    phone: Points = 15
    message_per_hundred: Points = 5
    message_most: Points = 15
    response: Annotated[tuple[Tier, ...], Held(max_length=MOST_TIERS)] = (
        Tier(within_minutes=5, points=20),
        Tier(within_minutes=60, points=10),
        Tier(within_minutes=24 * 60, points=5),
    )
    form: Points = 5
    visit: Points = 5
    booking: Points = 20
    task: Points = 5
    reply: Points = 10
    open: Points = 2
    click: Points = 5
    engagement_most: Points = 40
    hot: Annotated[int, Held(ge=1, le=HIGHEST)] = 70
    warm: Annotated[int, Held(ge=1, le=HIGHEST)] = 40
    within_working_hours: bool = False


class ChangeScoring(Command, frozen=True):
    """Let the weights be these, the whole of them."""

    weights: Weights


class ScoringChanged(Event, frozen=True):
    weights: Weights
    scoring_version: int


class WeightsContradict(Invalid):
    """What is hot is warm, too: `hot` has to be higher than `warm`; and who answers sooner has more."""


class Scoring(Value, frozen=True, kw_only=True):
    """The weights that count now, and which version of them they are."""

    weights: Weights = Weights()
    version: int = 0


def evolve(_: Scoring, event: ScoringChanged) -> Scoring:
    return Scoring(weights=event.weights, version=event.scoring_version)


SCORING: Final[Aggregate[Scoring, ScoringChanged]] = Aggregate(
    kind="scoring", initial=Scoring(), evolve=evolve
)
THE_SCORING: Final = ScoringId(derived_id(SCORING.kind, "of the business"))
"""A business scores in one way: within it, the name of the stream is always the same."""


def change(command: ChangeScoring, scoring: Scoring) -> Sequence[ScoringChanged]:
    """Score by other weights from now on."""
    refuse_contradiction(command.weights)
    if command.weights == scoring.weights:
        return []
    return [ScoringChanged(weights=command.weights, scoring_version=scoring.version + 1)]


def refuse_contradiction(weights: Weights) -> None:
    """Refuse weights by which nobody can score. Raises WeightsContradict."""
    tiers = sorted(weights.response, key=lambda tier: tier.within_minutes)
    falls = all(one.points >= other.points for one, other in pairwise(tiers))
    if weights.hot <= weights.warm or not falls:
        raise WeightsContradict


# --- The score itself -----------------------------------------------------------------


class Facts(Value, frozen=True, kw_only=True):
    """All that a score is made of. `answered_after` is in seconds; nobody has answered, if it is None."""

    has_email: bool = False
    has_phone: bool = False
    message_length: int = 0
    answered_after: int | None = None
    engagements: Mapping[EngagementSource, int] = {}


class Part(Value, frozen=True, kw_only=True):
    """What one fact gives, in hundredths of a point."""

    name: str
    fact: int
    hundredths: int


class Breakdown(Value, frozen=True, kw_only=True):
    """A score and all that it is made of: parts, rounding and clamping, in hundredths, add up to it."""

    parts: tuple[Part, ...]
    rounding: int
    clamping: int
    score: int


def scored(facts: Facts, weights: Weights) -> Breakdown:
    """Work out a score.

    >>> scored(Facts(has_email=True, message_length=50), Weights()).score
    18
    """
    parts = tuple(part for part in _parts(facts, weights) if part.hundredths)
    raw = sum(part.hundredths for part in parts)
    rounded = (raw + HUNDREDTHS // 2) // HUNDREDTHS
    score = max(0, min(HIGHEST, rounded))
    return Breakdown(
        parts=parts,
        rounding=rounded * HUNDREDTHS - raw,
        clamping=(score - rounded) * HUNDREDTHS,
        score=score,
    )


def temperature_of(score: int, weights: Weights) -> Temperature:
    """Say how soon somebody should turn to a lead with this score."""
    if score >= weights.hot:
        return Temperature.HOT
    return Temperature.WARM if score >= weights.warm else Temperature.COLD


def _parts(facts: Facts, weights: Weights) -> Sequence[Part]:
    return [
        _part("name", 1, weights.name),
        _part("email", int(facts.has_email), weights.email),
        _part("phone", int(facts.has_phone), weights.phone),
        _message(facts, weights),
        _response(facts, weights),
        *_engagement(facts, weights),
    ]


def _part(name: str, fact: int, points: int) -> Part:
    return Part(name=name, fact=fact, hundredths=fact * points * HUNDREDTHS)


def _message(facts: Facts, weights: Weights) -> Part:
    """Each character is a hundredth of what a hundred of them are."""
    most = weights.message_most * HUNDREDTHS
    hundredths = min(facts.message_length * weights.message_per_hundred, most)
    return Part(name="message", fact=facts.message_length, hundredths=hundredths)


def _response(facts: Facts, weights: Weights) -> Part:
    if facts.answered_after is None:
        return _part("response", 0, 0)
    after = facts.answered_after
    reached = [t.points for t in weights.response if after <= t.within_minutes * 60]
    points = max(reached, default=0)
    return Part(name="response", fact=after, hundredths=points * HUNDREDTHS)


def _engagement(facts: Facts, weights: Weights) -> Sequence[Part]:
    """What comes first counts first, up to what all of it may give."""
    left, parts = weights.engagement_most * HUNDREDTHS, []
    for source in EngagementSource:
        times = min(facts.engagements.get(source, 0), MOST_COUNTED)
        given = min(times * getattr(weights, source) * HUNDREDTHS, left)
        parts.append(Part(name=source, fact=times, hundredths=given))
        left -= given
    return parts


STORED_AS: Final[dict[str, type[Event]]] = {"scoring-changed.v1": ScoringChanged}
TOLD_AS: Final[Tellings] = {ScoringChanged: NOT_TOLD}
