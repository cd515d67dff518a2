"""What leads would have been by other weights: what they are where the same happened by these."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from application.use_cases import USE_CASES
from application.what_if.leads import MOST_MOMENTS, LeadOtherwise
from application.what_if.policies import BookingRules, Policy, PolicyEmpty, refuse_impossible
from domain.messages import Command, DomainError, StreamErased
from domain.people.clients import ChangeClient
from domain.sales.imports import FollowUps, ImportedLead, ImportLeads
from domain.sales.leads import (
    LEAD,
    ContactWay,
    ConvertLead,
    Lead,
    LeadStatus,
    MoveLead,
    RecordContact,
    RecordEngagement,
    RemoveLead,
    RestoreLead,
    ScoreLead,
    lead_of,
)
from domain.sales.scores import (
    ChangeScoring,
    EngagementSource,
    Temperature,
    Weights,
    WeightsContradict,
)
from domain.sales.tasks import CompleteTask, Priority
from domain.scheduling.professionals import InvalidSettings
from domain.values import ClientId, Contact, IdentityId, LeadId, derived_id
from tests.sales.leads.examples import now, open_lead
from tests.what_if.remembered import Remembered, replayed

PEOPLE: Final = 3
WAYS: Final = (
    Contact(name="Zoé"),
    Contact(name="Zoé", email="zoe@example.org"),
    Contact(name="Zoé", email="zoe@example.org", phone="+33199001234"),
)
DAYS: Final = timedelta(days=1)

POINTS: Final = st.integers(0, 60)
WEIGHTS: Final = st.builds(
    Weights,
    email=POINTS,
    phone=POINTS,
    message_most=POINTS,
    visit=POINTS,
    booking=POINTS,
    hot=st.integers(50, 90),
    warm=st.integers(1, 49),
)
STEPS: Final = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.integers(0, 3_000),
        st.one_of(
            st.tuples(st.just("comes"), st.text(max_size=300), st.booleans()),
            st.tuples(st.just("engages"), st.sampled_from(EngagementSource), st.integers(0, 3)),
            st.tuples(st.just("moves"), st.sampled_from(LeadStatus)),
            st.tuples(st.just("is reached"), st.sampled_from(WAYS)),
            st.tuples(st.sampled_from(["is contacted", "is won", "is removed", "is restored"])),
            st.tuples(st.just("is imported"), st.sampled_from(LeadStatus), st.booleans()),
        ),
    ),
    max_size=30,
)


SEEDS: Final = [f"person {number}" for number in range(PEOPLE)]


def identity_of(client: ClientId) -> IdentityId:
    """Return what proves who a client is."""
    return IdentityId(f"identity-{client.partition('-')[2]}")


class Business:
    """A business to which some people come. What they change of their record is scored at once, or
    `later`; and of each follow-up somebody says at times that it is done.
    """

    def __init__(self, weights: Weights | None = None, *, later: bool = False) -> None:
        self.past = Remembered(USE_CASES, now)
        self.later = later
        self.waiting: list[Command] = []
        if weights is not None:
            self.tries(ChangeScoring(weights=weights))

    def steps(self, steps: Sequence[Any]) -> "Business":
        for person, minutes, step in steps:
            self.past.now += timedelta(minutes=minutes)
            self.step(person, *step)
        return self

    def step(self, person: int, name: str, *more: Any) -> None:
        client = ClientId(derived_id("client", SEEDS[person]))
        for order in getattr(self, name.replace(" ", "_"))(client, lead_of(client), *more):
            self.tries(order)

    def tries(self, order: Command) -> None:
        try:
            self.past.run(order)
        except DomainError:
            return

    def lead(self, lead_id: LeadId) -> Lead:
        return self.past.of(LEAD, lead_id)

    @property
    def leads(self) -> list[LeadId]:
        return [LeadId(s) for s in self.past.streams if s.startswith("lead-")]

    # --- What happens ---------------------------------------------------------------------

    def comes(self, client: ClientId, _: LeadId, text: str, quietly: bool) -> list[Command]:
        (seed,) = (s for s in SEEDS if derived_id("client", s) == client)
        known = (identity_of(client),)
        return [replace(open_lead, identities=known, message=text, quietly=quietly, seed=seed)]

    def is_imported(
        self, client: ClientId, _: LeadId, status: LeadStatus, wished: bool
    ) -> list[Command]:
        (seed,) = (s for s in SEEDS if derived_id("client", s) == client)
        rows = [
            ImportedLead(
                key=IdentityId(f"identity-{derived_id('row', client, str(self.past.now), str(n))}"),
                seed=seed,
                contact=Contact(name="Zoé", email="zoe@example.org"),
                identities=(identity_of(client),),
                message="x" * 100,
                status=status,
                reason="Because",
            )
            for n in range(2)
        ]
        turns = FollowUps(first_at=self.past.now + DAYS, time_zone="Europe/Paris", daily=1)
        return [ImportLeads(rows=tuple(rows), follow_ups=turns if wished else None)]

    def is_removed(self, _: ClientId, lead: LeadId) -> list[Command]:
        return [RemoveLead(lead_id=lead)]

    def is_restored(self, _: ClientId, lead: LeadId) -> list[Command]:
        return [RestoreLead(lead_id=lead)]

    def engages(
        self, _: ClientId, lead: LeadId, source: EngagementSource, number: int
    ) -> list[Command]:
        return [RecordEngagement(lead_id=lead, source=source, key=str(number))]

    def moves(self, _: ClientId, lead: LeadId, status: LeadStatus) -> list[Command]:
        return [MoveLead(lead_id=lead, status=status, reason="Because")]

    def is_contacted(self, _: ClientId, lead: LeadId) -> list[Command]:
        return [RecordContact(lead_id=lead, way=ContactWay.CALL)]

    def is_won(self, _: ClientId, lead: LeadId) -> list[Command]:
        return [ConvertLead(lead_id=lead)]

    def is_reached(self, client: ClientId, lead: LeadId, contact: Contact) -> list[Command]:
        known = (identity_of(client),)
        change = ChangeClient(client_id=client, contact=contact, identities=known)
        if not self.later:
            return [change, ScoreLead(lead_id=lead)]
        self.waiting.append(ScoreLead(lead_id=lead))
        return [change]

    def is_scored(self, *_: Any) -> list[Command]:
        due, self.waiting = self.waiting, []
        return list(due)

    def is_done(self, _: ClientId, lead: LeadId) -> list[Command]:
        follow_up = self.lead(lead).follow_up
        return [CompleteTask(id=follow_up.task_id)] if follow_up else []

    def weighs(self, _: ClientId, __: LeadId, weights: Weights) -> list[Command]:
        return [ChangeScoring(weights=weights)]


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
