"""What leads would have been by other weights: what they are where the same happened by these."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from application.what_if.leads import MOST_MOMENTS, LeadOtherwise
from application.what_if.policies import BookingRules, Policy, PolicyEmpty, refuse_impossible
from domain.messages import DomainError, StreamErased
from domain.sales.leads import (
    Lead,
)
from domain.sales.scores import (
    EngagementSource,
    Temperature,
    Weights,
    WeightsContradict,
)
from domain.sales.tasks import Priority
from domain.scheduling.professionals import InvalidSettings
from tests.what_if.remembered import replayed
from tests.what_if.winning import DAYS, PEOPLE, STEPS, WAYS, WEIGHTS, Business

# --- Over all histories ---------------------------------------------------------------------


@given(WEIGHTS, WEIGHTS, STEPS)
def test_each_lead_would_have_been_what_it_is_where_the_same_happened_by_these_weights(
    first: Weights, weights: Weights, steps: list[Any]
) -> None:
    was, apart = Business(first).steps(steps), Business(weights).steps(steps)

    told, counted = replayed(was.past.log, Policy(scoring=weights))

    by_id = {each.lead_id: each for each in told}
    assert was.leads == apart.leads
    assert counted.leads == len(was.leads)
    assert counted.leads_otherwise == len(told)
    for lead_id in was.leads:
        mine, others = was.lead(lead_id), apart.lead(lead_id)
        if lead_id in by_id:
            now_ = by_id[lead_id].now
            assert (now_.was.hot, now_.was.warm) == (first.hot, first.warm)
            assert told_of(now_.was) == stands(mine)
            assert told_of(now_.would_be) == stands(others)
            assert by_id[lead_id].is_otherwise_now == (stands(mine)[1:] != stands(others)[1:])
        else:
            assert stands(mine)[1:] == stands(others)[1:]
    for name, those in (("were", was), ("would_be", apart)):
        found = [those.lead(lead_id).temperature or "none" for lead_id in those.leads]
        assert getattr(counted, f"temperatures_{name}") == {t: found.count(t) for t in found}


def stands(lead: Lead) -> tuple[Any, ...]:
    follow_up = lead.follow_up
    return (
        lead.breakdown and lead.breakdown.score,
        lead.temperature,
        follow_up and follow_up.due_at,
        follow_up and follow_up.priority,
    )


def told_of(standing: Any) -> tuple[Any, ...]:
    names = ("score", "temperature", "follow_up_at", "priority")
    return tuple(getattr(standing, name) for name in names)


WHATEVER: Final = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.integers(0, 3_000),
        st.one_of(
            STEPS.filter(bool).map(lambda steps: steps[0][2]),
            st.tuples(st.sampled_from(["is done", "is scored"])),
        ),
    ),
    max_size=30,
)


@given(WEIGHTS, WHATEVER, st.booleans())
def test_by_the_weights_that_there_were_nothing_would_have_been_otherwise(
    weights: Weights, steps: list[Any], later: bool
) -> None:
    """Also where what people change of themselves is scored later, or by something else meanwhile."""
    business = Business(weights, later=later).steps(steps)

    told, counted = replayed(business.past.log, Policy(scoring=weights))

    assert told == []
    assert counted.leads == len(business.leads)
    assert counted.temperatures_were == counted.temperatures_would_be


@given(WEIGHTS, WEIGHTS, WHATEVER, st.integers(0, 30))
def test_what_is_told_of_a_lead_adds_up(
    first: Weights, then: Weights, steps: list[Any], when: int
) -> None:
    """Whatever weights there were, and when they were changed."""
    steps = [*steps[:when], (0, 0, ("weighs", first)), *steps[when:]]
    business = Business().steps(steps)

    told, _ = replayed(business.past.log, Policy(scoring=then))

    for each in told:
        for moment in each.moments:
            found = moment.difference
            assert told_of(found.was)[1:] != told_of(found.would_be)[1:]
        assert len(each.moments) == min(each.moments_in_all, MOST_MOMENTS) > 0
        assert told_of(each.now.was) == stands(business.lead(each.lead_id))


# --- One by one -----------------------------------------------------------------------------


def only(business: Business, weights: Weights) -> LeadOtherwise:
    (told,), _ = replayed(business.past.log, Policy(scoring=weights))
    assert isinstance(told, LeadOtherwise)
    return told


def test_a_lead_that_would_have_been_hot_is_told_with_what_differs() -> None:
    business = Business()
    business.step(0, "comes", "", False)
    business.past.now += DAYS
    business.step(0, "engages", EngagementSource.BOOKING, 1)
    hot = replace(Weights(), booking=60, engagement_most=60)

    told = only(business, hot)

    assert (told.now.was.temperature, told.now.would_be.temperature) == ("cold", "hot")
    assert (told.now.was.score, told.now.would_be.score) == (35, 75)
    assert told.now.would_be.follow_up_at == business.past.now, "at once"
    assert told.now.would_be.priority is Priority.HIGH
    (part,) = told.now.parts
    assert asdict(part) == {"name": "booking", "fact": 1, "was": 2_000, "would_be": 6_000}
    (moment,) = told.moments
    assert (moment.because, moment.at) == ("lead-engaged.v1", business.past.now)


def test_by_another_threshold_it_is_as_high_and_another_temperature() -> None:
    business = Business()
    business.step(0, "comes", "", False)

    told = only(business, replace(Weights(), warm=10))

    assert (told.now.was.score, told.now.was.temperature, told.now.was.warm) == (15, "cold", 40)
    assert (told.now.would_be.score, told.now.would_be.temperature) == (15, "warm")
    assert told.now.would_be.warm == 10
    assert told.now.parts == []


def test_what_they_changed_of_themselves_counts_where_it_had_no_weight() -> None:
    """Nothing was recorded of the lead then."""
    business = Business(replace(Weights(), phone=0))
    business.step(0, "comes", "", False)
    business.step(0, "is reached", WAYS[2])

    told = only(business, replace(Weights(), phone=60))

    assert (told.now.was.temperature, told.now.would_be.temperature) == ("cold", "hot")
    (moment,) = told.moments
    assert moment.because.startswith("client-changed.")


def test_what_they_changed_of_themselves_counts_when_it_was_scored() -> None:
    """By what happened to the lead meanwhile, and not before; or not at all, if they changed it back."""
    business = Business(replace(Weights(), phone=60), later=True)
    business.step(0, "comes", "", False)
    business.step(0, "is reached", WAYS[2])
    business.past.now += DAYS
    business.step(0, "engages", EngagementSource.VISIT, 1)
    business.step(0, "is reached", WAYS[1])
    business.step(0, "is reached", WAYS[2])
    business.step(0, "is scored")

    told, _ = replayed(business.past.log, Policy(scoring=replace(Weights(), phone=60)))

    assert told == []


def test_facts_are_what_they_were_at_the_moment() -> None:
    """They had a number for a day only: they would have been hot for a day."""
    business = Business(replace(Weights(), phone=0))
    business.step(0, "comes", "", False)
    business.step(0, "is reached", WAYS[2])
    business.past.now += DAYS
    business.step(0, "is reached", WAYS[1])

    told = only(business, replace(Weights(), phone=60))

    hot, cold = (moment.difference.would_be.temperature for moment in told.moments)
    assert (hot, cold) == (Temperature.HOT, Temperature.COLD)
    assert told.is_otherwise_now, "somebody would have been told to turn to them later"


def test_who_came_quietly_would_have_had_no_follow_up_either() -> None:
    business = Business()
    business.step(0, "comes", "", True)

    told = only(business, replace(Weights(), warm=10))

    assert told.now.would_be.temperature is Temperature.WARM
    assert told.now.would_be.follow_up_at is None


def test_a_follow_up_that_would_have_come_later_is_none_that_there_was_already() -> None:
    hot = replace(Weights(), booking=60, engagement_most=60)
    business = Business(hot)
    business.step(0, "comes", "", True)
    business.step(0, "engages", EngagementSource.BOOKING, 1)
    business.past.now += DAYS
    business.step(0, "engages", EngagementSource.BOOKING, 2)

    told = only(business, Weights())

    assert told.now.was.follow_up_at == business.past.now - DAYS
    assert told.now.would_be.follow_up_at == business.past.now + DAYS


def test_of_who_was_erased_nothing_is_told_but_that_there_was_one() -> None:
    business = Business()
    business.step(0, "comes", "Hello", False)
    (lead_id,) = business.leads
    business.past.record(lead_id, StreamErased(stream=lead_id))

    told, counted = replayed(business.past.log, Policy(scoring=replace(Weights(), warm=10)))

    assert told == []
    assert (counted.leads, counted.leads_erased, counted.leads_otherwise) == (1, 1, 0)


@pytest.mark.parametrize(
    ("policy", "refusal"),
    [
        (Policy(), PolicyEmpty),
        (Policy(bookings=BookingRules()), PolicyEmpty),
        (Policy(scoring=Weights(hot=40, warm=40)), WeightsContradict),
        (Policy(bookings=BookingRules(notice_minutes=-1)), InvalidSettings),
        (Policy(bookings=BookingRules(horizon_days=10_000)), InvalidSettings),
    ],
)
def test_by_what_nobody_could_decide_nothing_is_looked_at(
    policy: Policy, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        refuse_impossible(policy)
