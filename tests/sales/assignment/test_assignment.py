"""Who is given a lead that nobody was given, and how much each of them has."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.business.departments import DEPARTMENTS, Department
from domain.business.users import Role, UserDeactivated, UserIsDeactivated, UserRolesChanged
from domain.messages import Command, DomainError
from domain.records import CreateRecord, RemoveRecord
from domain.sales import assignment
from domain.sales.assignment import (
    Assigning,
    AssignmentUnclear,
    ChangeAssignment,
    OfSource,
    Rule,
    Sharing,
    chosen,
)
from domain.sales.caseloads import Caseload
from domain.sales.leads import (
    LEAD,
    OPEN,
    AssignLead,
    ConvertLead,
    LeadAssigned,
    LeadStatus,
    MoveLead,
)
from domain.scheduling.time_blocks import RemoveTimeBlock
from domain.values import LeadId, UserId
from tests.sales.assignment.examples import (
    ana,
    assignment_changed,
    change_assignment,
    eve,
    noor,
    rule,
)
from tests.sales.assignment.team import AWAY, BY_LOAD, EVERYBODY, IN_TURN, Team
from tests.sales.leads.examples import open_lead

DESK: Final = "department-0198c0de-0000-7000-8000-000000000001"


# --- The rule -------------------------------------------------------------------------


def test_a_rule_is_changed_as_a_whole_and_each_change_is_a_version() -> None:
    first = assignment.change(change_assignment, Assigning())
    after = assignment.ASSIGNMENT.fold(first)

    assert first == [assignment_changed]
    assert assignment.change(change_assignment, after) == []
    (second,) = assignment.change(ChangeAssignment(rule=IN_TURN), after)
    assert second.assignment_version == 2


@pytest.mark.parametrize(
    "unclear",
    [
        Rule(members=(ana, ana)),
        Rule(sources=(OfSource(source="Café", user_id=ana), OfSource(source="cafe", user_id=eve))),
        Rule(sources=(OfSource(source="google"),)),
        Rule(sources=(OfSource(source="google", user_id=ana, department_id=DESK),)),
    ],
)
def test_a_rule_that_says_two_things_is_refused(unclear: Rule) -> None:
    with pytest.raises(AssignmentUnclear):
        assignment.change(ChangeAssignment(rule=unclear), Assigning())


def test_nobody_is_named_newly_who_is_gone_and_who_was_named_may_go() -> None:
    team = Team()
    team.record(eve, UserDeactivated(user_id=eve))
    team.rule(replace(IN_TURN, sharing=Sharing.BY_LOAD))

    team.rule(Rule(members=(ana,)))
    with pytest.raises(UserIsDeactivated):
        team.rule(Rule(sources=(OfSource(source="google", user_id=eve),)))


def test_a_department_that_is_named_is_in_use() -> None:
    team, of_desk = Team(), Rule(sources=(OfSource(source="google", department_id=DESK),))
    with pytest.raises(DEPARTMENTS.not_found):
        team.rule(of_desk)
    team.run(CreateRecord(kind="department", id=DESK, values=Department(name="Desk")))
    team.rule(of_desk)


# --- In turn --------------------------------------------------------------------------


def test_nobody_is_given_anything_before_somebody_says_so() -> None:
    assert Team(Rule()).given_to() is None


def test_everybody_has_their_turn() -> None:
    team = Team()

    assert [team.given_to() for _ in range(7)] == [*EVERYBODY, *EVERYBODY, ana]


def test_who_was_given_to_somebody_by_hand_takes_no_turn() -> None:
    team = Team()
    team.given_to()
    team.comes(assignee_id=noor)

    assert team.given_to() is noor
    assert team.load(noor) == 2


def test_who_comes_again_stays_with_whom_they_have() -> None:
    team = Team()
    lead = team.comes()
    client = team.of(LEAD, lead).client_id
    team.run(replace(open_lead, client_id=client, contact=None))

    assert team.whose(lead) is ana
    assert team.given_to() is noor


def test_who_comes_quietly_is_given_to_somebody_too() -> None:
    team = Team()

    assert team.whose(team.comes(quietly=True)) is ana


CHANGES: Final = st.lists(
    st.one_of(
        st.tuples(st.just("comes")),
        st.tuples(st.just("moves"), st.integers(0, 30), st.sampled_from(LeadStatus)),
        st.tuples(st.just("is won"), st.integers(0, 30)),
        st.tuples(st.just("is given"), st.integers(0, 30), st.sampled_from([*EVERYBODY, None])),
    ),
    max_size=30,
)


def happened(team: Team, changes: list[Any]) -> list[LeadId]:
    """Let these things happen to leads, as far as they can; return those that came, in their order."""
    came: list[LeadId] = []
    for what, *more in changes:
        if what == "comes" or not came:
            came.append(team.comes())
            continue
        with suppress(DomainError):
            team.run(ORDERS[what](came[more[0] % len(came)], *more[1:]))
    return came


ORDERS: Final[Mapping[str, Callable[..., Command]]] = {
    "moves": lambda lead, to: MoveLead(lead_id=lead, status=to, reason="Because"),
    "is won": lambda lead: ConvertLead(lead_id=lead),
    "is given": lambda lead, to: AssignLead(lead_id=lead, assignee_id=to),
}


@given(CHANGES)
def test_turns_are_fair_within_one_whatever_becomes_of_the_leads(changes: list[Any]) -> None:
    team = Team()
    histories = [team.streams[each] for each in happened(team, changes)]

    first = [next(e for e in each if isinstance(e, LeadAssigned)) for each in histories]
    counts = [[each.assignee_id for each in first].count(user) for user in EVERYBODY]
    assert max(counts) - min(counts) <= 1


@given(CHANGES, st.sampled_from(Sharing))
def test_a_caseload_is_what_somebody_has_open(changes: list[Any], sharing: Sharing) -> None:
    team = Team(replace(IN_TURN, sharing=sharing))
    leads = [team.of(LEAD, each) for each in happened(team, changes)]

    for user in EVERYBODY:
        theirs = [each for each in leads if each.assignee_id == user and each.status in OPEN]
        assert team.load(user) == len(theirs)


@given(
    st.lists(st.builds(Caseload, leads=st.integers(0, 4), turn=st.integers(0, 9)), min_size=1),
    st.sampled_from(Sharing),
)
def test_nobody_has_waited_longer_or_by_load_has_less_to_do(
    caseloads: list[Caseload], sharing: Sharing
) -> None:
    known = {UserId(f"user-{n}"): each for n, each in enumerate(caseloads)}

    found = chosen(known, sharing)

    theirs = known[found.user_id]
    assert found.turn > max(each.turn for each in caseloads)
    if sharing is Sharing.BY_LOAD:
        assert theirs.leads == min(each.leads for each in caseloads)
        caseloads = [each for each in caseloads if each.leads == theirs.leads]
    assert theirs.turn == min(each.turn for each in caseloads)


# --- By load --------------------------------------------------------------------------


def test_by_load_whoever_has_fewest_open_is_next() -> None:
    team = Team(BY_LOAD)
    leads = [team.comes() for _ in range(3)]
    team.run(ConvertLead(lead_id=leads[1]))

    assert team.given_to() is noor
    team.run(MoveLead(lead_id=leads[2], status=LeadStatus.DISQUALIFIED, reason="Too far"))
    assert team.given_to() is eve


def test_who_is_won_back_counts_again() -> None:
    team = Team(BY_LOAD)
    lead = team.comes()
    team.run(MoveLead(lead_id=lead, status=LeadStatus.DISQUALIFIED, reason="Too far"))
    before = team.load(ana)
    team.run(MoveLead(lead_id=lead, status=LeadStatus.NEW))

    assert (before, team.load(ana)) == (0, 1)


# --- Who is away ----------------------------------------------------------------------


def test_who_is_away_is_passed_over_and_is_next_when_they_are_back() -> None:
    team = Team()
    team.goes_away(ana)

    assert [team.given_to() for _ in range(3)] == [noor, eve, noor]
    team.run(RemoveTimeBlock(block_id=AWAY))
    assert [team.given_to() for _ in range(3)] == [ana, eve, noor]


def test_who_is_away_is_so_until_then_and_no_longer() -> None:
    team = Team(Rule(members=(ana,)))
    team.goes_away(ana)
    before = team.given_to()
    team.now += timedelta(days=1)

    assert (before, team.given_to()) == (None, ana)


def test_who_works_here_no_longer_and_who_is_a_client_is_given_nothing() -> None:
    team = Team()
    team.record(ana, UserDeactivated(user_id=ana))
    team.record(noor, UserRolesChanged(user_id=noor, previous=(), roles=(Role.CLIENT,)))

    assert [team.given_to() for _ in range(2)] == [eve, eve]


# --- By source ------------------------------------------------------------------------


def test_a_source_is_somebodys_and_all_others_are_everybodys() -> None:
    team = Team(rule)

    assert team.given_to("Instagram ") is eve
    assert team.given_to("google") is ana
    assert team.given_to() is noor


def test_a_source_of_who_is_away_is_everybodys() -> None:
    team = Team(rule)
    team.goes_away(eve)

    assert team.given_to("instagram") is ana


def test_a_source_of_a_department_is_shared_among_those_in_it() -> None:
    team = Team()
    desk = Department(name="Desk", user_ids=(noor, eve))
    team.run(CreateRecord(kind="department", id=DESK, values=desk))
    team.rule(Rule(members=(ana,), sources=(OfSource(source="google", department_id=DESK),)))

    assert [team.given_to("google") for _ in range(3)] == [noor, eve, noor]
    team.run(RemoveRecord(kind="department", id=DESK))
    assert team.given_to("google") is ana
