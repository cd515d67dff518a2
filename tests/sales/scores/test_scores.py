"""Does a score say what it is made of, and add up?"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.sales import scores
from domain.sales.scores import (
    HIGHEST,
    HUNDREDTHS,
    SCORING,
    EngagementSource,
    Facts,
    Scoring,
    Temperature,
    Tier,
    Weights,
    WeightsContradict,
    scored,
    temperature_of,
)
from tests.sales.scores.examples import change_scoring, scoring_changed

POINTS = st.integers(0, 1_000)
COUNTS = st.dictionaries(st.sampled_from(EngagementSource), st.integers(0, 500))
FACTS = st.builds(
    Facts,
    has_email=st.booleans(),
    has_phone=st.booleans(),
    message_length=st.integers(0, 100_000),
    answered_after=st.none() | st.integers(0, 10**8),
    engagements=COUNTS,
)
TIERS = st.lists(st.builds(Tier, within_minutes=st.integers(1, 43_200), points=POINTS), max_size=10)
WEIGHTS = st.builds(
    Weights,
    name=POINTS,
    email=POINTS,
    phone=POINTS,
    message_per_hundred=POINTS,
    message_most=POINTS,
    response=TIERS.map(tuple),
    engagement_most=POINTS,
    **{source.value: POINTS for source in EngagementSource},
    hot=st.integers(51, 100),
    warm=st.integers(1, 50),
)


@given(FACTS, WEIGHTS)
def test_parts_rounding_and_clamping_add_up_to_the_score(facts: Facts, weights: Weights) -> None:
    found = scored(facts, weights)

    parts = sum(part.hundredths for part in found.parts)
    assert parts + found.rounding + found.clamping == found.score * HUNDREDTHS
    assert 0 <= found.score <= HIGHEST
    assert abs(found.rounding) <= HUNDREDTHS // 2
    assert found.clamping <= 0


@given(FACTS, WEIGHTS, st.data())
def test_who_does_more_never_scores_less(facts: Facts, weights: Weights, data: Any) -> None:
    source = data.draw(st.sampled_from(EngagementSource))
    more = {**facts.engagements, source: facts.engagements.get(source, 0) + 1}
    longer = facts.message_length + data.draw(st.integers(0, 1_000))

    known = replace(facts, has_email=True, has_phone=True)
    for better in (
        replace(facts, engagements=more),
        replace(facts, message_length=longer),
        known,
    ):
        assert scored(better, weights).score >= scored(facts, weights).score


@given(FACTS)
def test_who_is_answered_sooner_scores_no_less(facts: Facts) -> None:
    later = replace(facts, answered_after=(facts.answered_after or 0) + 600)
    sooner = replace(facts, answered_after=facts.answered_after or 0)

    assert scored(sooner, Weights()).score >= scored(later, Weights()).score


def test_what_is_known_of_somebody_counts_by_the_published_weights() -> None:
    by_mail = scored(Facts(has_email=True), Weights())
    by_both = scored(Facts(has_email=True, has_phone=True), Weights())

    assert [(part.name, part.hundredths) for part in by_both.parts] == [
        ("name", 500),
        ("email", 1_000),
        ("phone", 1_500),
    ]
    assert (by_mail.score, by_both.score) == (15, 30)


def test_a_message_counts_to_the_letter_and_no_further_than_it_may() -> None:
    one, long = (scored(Facts(message_length=n), Weights()) for n in (1, 10_000))

    assert [part.hundredths for part in one.parts if part.name == "message"] == [5]
    assert (one.rounding, one.score) == (-5, 5)
    assert [part.hundredths for part in long.parts if part.name == "message"] == [1_500]


def test_engagement_counts_up_to_what_all_of_it_may_give() -> None:
    facts = Facts(engagements={EngagementSource.BOOKING: 1, EngagementSource.VISIT: 10})
    given_ = {part.name: part.hundredths for part in scored(facts, Weights()).parts}

    assert given_ == {"name": 500, "visit": 4_000}


@pytest.mark.parametrize(
    ("score", "temperature"), [(70, "hot"), (69, "warm"), (40, "warm"), (39, "cold"), (0, "cold")]
)
def test_a_temperature_begins_where_it_is_said(score: int, temperature: str) -> None:
    assert temperature_of(score, Weights()) is Temperature(temperature)


def test_weights_are_changed_as_a_whole_and_numbered() -> None:
    first = scores.change(change_scoring, Scoring())

    assert first == [scoring_changed]
    after = SCORING.fold(first)
    assert after == Scoring(weights=change_scoring.weights, version=1)
    assert scores.change(change_scoring, after) == []


@pytest.mark.parametrize(
    "weights",
    [
        Weights(hot=40, warm=40),
        Weights(response=(Tier(within_minutes=5, points=1), Tier(within_minutes=60, points=2))),
    ],
)
def test_weights_that_contradict_themselves_are_refused(weights: Weights) -> None:
    with pytest.raises(WeightsContradict):
        scores.change(replace(change_scoring, weights=weights), Scoring())
