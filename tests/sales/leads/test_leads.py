"""What does a lead do, and what is never done to one?"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.sales import leads
from domain.sales.leads import (
    LEAD,
    MOVES,
    OPEN,
    Lead,
    LeadCannotMove,
    LeadEngaged,
    LeadIsConverted,
    LeadMoved,
    LeadNotFound,
    LeadStatus,
    LeadTouched,
    MoveLead,
    ReasonMissing,
)
from domain.sales.leads.decisions import MOST_TOUCHES
from domain.sales.scores import MOST_COUNTED, EngagementSource, Scoring
from domain.values import SubmissionId
from tests.sales.leads.examples import (
    assign_lead,
    client_id,
    convert_lead,
    lead_assigned,
    lead_contacted,
    lead_converted,
    lead_engaged,
    lead_id,
    lead_moved,
    lead_opened,
    lead_touched,
    move_lead,
    now,
    open_lead,
    record_contact,
    record_engagement,
)

OPENED = LEAD.fold([lead_opened])


def at(status: LeadStatus) -> Lead:
    return replace(OPENED, status=status)


def test_whoever_comes_is_a_lead_and_whoever_comes_again_is_the_same() -> None:
    first = leads.open_(open_lead, lead_id, client_id, Lead(), now=now)
    again = leads.open_(open_lead, lead_id, client_id, LEAD.fold(first), now=now)

    assert first == [lead_opened]
    assert again == [replace(lead_touched, touch=open_lead.touch, message=open_lead.message)]


def test_who_fills_in_forms_without_end_is_heard_five_hundred_times() -> None:
    form = replace(open_lead, submission_id=SubmissionId(f"submission-{UUID(int=1)}"))
    many = LEAD.fold([lead_touched] * MOST_TOUCHES, OPENED)
    given_up = replace(many, status=LeadStatus.DISQUALIFIED)

    before = leads.open_(form, lead_id, client_id, replace(many, touches=499), now=now)
    beyond = leads.open_(form, lead_id, client_id, many, now=now)
    by_hand = leads.open_(open_lead, lead_id, client_id, many, now=now)
    again = leads.open_(form, lead_id, client_id, given_up, now=now)

    assert [type(each) for each in before] == [LeadTouched, LeadEngaged]
    assert [type(each) for each in beyond] == [LeadEngaged]
    assert [type(each) for each in by_hand] == [LeadTouched]
    assert [type(each) for each in again] == [LeadTouched, LeadMoved, LeadEngaged]


def test_a_lead_that_is_recorded_later_came_when_it_came_and_never_in_the_future() -> None:
    before, after = now - timedelta(days=3), now + timedelta(days=3)

    (told,) = leads.open_(replace(open_lead, at=before), lead_id, client_id, Lead(), now=now)
    (wrong,) = leads.open_(replace(open_lead, at=after), lead_id, client_id, Lead(), now=now)

    assert [told, wrong] == [replace(lead_opened, at=before), lead_opened]


def test_who_was_given_up_and_comes_again_is_new() -> None:
    given_up = at(LeadStatus.DISQUALIFIED)

    _, moved = leads.open_(open_lead, lead_id, client_id, given_up, now=now)

    assert moved == LeadMoved(
        lead_id=lead_id, previous=LeadStatus.DISQUALIFIED, status=LeadStatus.NEW
    )


@pytest.mark.parametrize("before", LeadStatus)
@pytest.mark.parametrize("after", LeadStatus)
def test_a_lead_goes_where_it_can_and_it_is_said_where_that_is(
    before: LeadStatus, after: LeadStatus
) -> None:
    order = MoveLead(lead_id=lead_id, status=after, reason="Because")
    can = after in MOVES[before] and after is not LeadStatus.CONVERTED

    if before is after:
        assert leads.move(order, at(before)) == []
    elif can:
        assert LEAD.fold(leads.move(order, at(before)), at(before)).status is after
    else:
        with pytest.raises(LeadCannotMove) as refused:
            leads.move(order, at(before))
        assert before not in refused.value.allowed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LeadStatus.QUALIFIED, LeadStatus.ATTEMPTING),
        (LeadStatus.CONNECTED, LeadStatus.NEW),
        (LeadStatus.NEW, LeadStatus.DISQUALIFIED),
    ],
)
def test_who_goes_back_or_gives_up_says_why(before: LeadStatus, after: LeadStatus) -> None:
    with pytest.raises(ReasonMissing):
        leads.move(MoveLead(lead_id=lead_id, status=after), at(before))


def test_forward_one_goes_without_a_word() -> None:
    assert leads.move(move_lead, OPENED) == [
        LeadMoved(lead_id=lead_id, previous=LeadStatus.NEW, status=LeadStatus.CONNECTED)
    ]


def test_a_lead_is_won_once_whatever_it_was() -> None:
    won = leads.convert(convert_lead, at(LeadStatus.QUALIFIED))

    assert won == [lead_converted]
    assert leads.convert(convert_lead, LEAD.fold(won, OPENED)) == []
    assert leads.convert(convert_lead, at(LeadStatus.DISQUALIFIED))


def test_the_first_contact_tells_how_long_they_waited() -> None:
    first = leads.contact(record_contact, OPENED, now=now + timedelta(minutes=4))
    after = LEAD.fold(first, OPENED)
    (second,) = leads.contact(record_contact, after, now=now + timedelta(hours=4))

    (at_once, _) = leads.contact(record_contact, OPENED, now=now)
    (before, _) = leads.contact(record_contact, OPENED, now=now - timedelta(hours=1))

    assert first[0] == lead_contacted
    assert at_once == before == replace(lead_contacted, after=0)
    assert after.status is LeadStatus.ATTEMPTING
    assert second == replace(lead_contacted, after=None)


def test_the_same_thing_counts_once_and_no_more_than_tells_anything() -> None:
    engaged = leads.engage(record_engagement, OPENED)
    many = {EngagementSource.VISIT: frozenset(f"visit-{n}" for n in range(MOST_COUNTED))}

    assert engaged == [lead_engaged]
    assert leads.engage(record_engagement, LEAD.fold(engaged, OPENED)) == []
    other = replace(record_engagement, key="one more")
    assert leads.engage(other, replace(OPENED, engagements=many)) == []


def test_a_lead_is_given_to_somebody_once() -> None:
    given_ = leads.assign(assign_lead, OPENED)

    assert given_ == [lead_assigned]
    assert leads.assign(assign_lead, LEAD.fold(given_, OPENED)) == []


def test_what_never_was_is_not_spoken_of_and_what_is_a_client_is_spoken_of_as_such() -> None:
    won = at(LeadStatus.CONVERTED)
    with pytest.raises(LeadNotFound):
        leads.move(move_lead, Lead())
    with pytest.raises(LeadNotFound):
        leads.assign(assign_lead, Lead())
    with pytest.raises(LeadIsConverted):
        leads.assign(assign_lead, won)
    with pytest.raises(LeadIsConverted):
        leads.contact(record_contact, won, now=now)
    assert leads.engage(record_engagement, at(LeadStatus.CONVERTED)) == []


# --- Over all histories ---------------------------------------------------------------

EVENTS = st.lists(
    st.sampled_from(
        [
            lead_touched,
            lead_moved,
            lead_converted,
            lead_assigned,
            lead_contacted,
            lead_engaged,
            *(replace(lead_engaged, source=s, key=f"{s}-1") for s in EngagementSource),
        ]
    ),
    max_size=30,
)


def scored(lead: Lead) -> Any:
    return leads.score(lead_id, lead, Scoring(), has_email=True, has_phone=False)


@given(EVENTS, st.randoms(use_true_random=False))
def test_a_score_follows_from_what_is_known_in_whatever_order_it_came(
    events: list[Any], random: Any
) -> None:
    """But for what ends it: that of a lead that is over stays."""
    known = [e for e in events if type(e) not in {type(lead_moved), type(lead_converted)}]
    shuffled = random.sample(known, len(known))

    assert scored(LEAD.fold(known, OPENED)) == scored(LEAD.fold(shuffled, OPENED))


@given(EVENTS)
def test_what_was_scored_is_not_scored_again(events: list[Any]) -> None:
    lead = LEAD.fold(events, OPENED)
    found = scored(lead)

    assert scored(LEAD.fold(found, lead)) == []
    assert not found or lead.status in OPEN
