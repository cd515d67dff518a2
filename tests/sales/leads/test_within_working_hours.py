"""When is somebody to turn to a lead, if the business wishes it to be while they work?"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.business.users import Role, UserRolesChanged
from domain.sales.assignment import Rule
from domain.sales.leads import LEAD, RecordEngagement
from domain.sales.scores import ChangeScoring, EngagementSource, Weights
from domain.sales.tasks import TASKS, Priority
from domain.scheduling.professionals import Hours, Week
from domain.values import LeadId
from tests.sales.assignment.examples import eve
from tests.sales.assignment.team import IN_TURN, Team

SUNDAY: Final = datetime(2026, 12, 6, 20, tzinfo=UTC)
OPEN: Final = (Hours("09:00", "17:00"),)
WISHED: Final = ChangeScoring(weights=Weights(within_working_hours=True))


def team(*wishes: ChangeScoring) -> Team:
    """Ana works on Mondays and Thursdays; Eve's hours nobody knows."""
    team = Team(IN_TURN, week=Week(monday=OPEN, thursday=OPEN))
    at_the_desk = (Role.FRONT_DESK,)
    team.record(eve, UserRolesChanged(user_id=eve, previous=(), roles=at_the_desk))
    team.now = SUNDAY
    for wish in wishes:
        team.run(wish)
    return team


def due(team: Team, lead: LeadId) -> Any:
    follow_up = team.of(LEAD, lead).follow_up
    assert follow_up is not None
    task = team.of(TASKS.aggregate, follow_up.task_id).values
    assert task is not None
    assert task.due_at == follow_up.due_at
    return task.due_at


def test_a_follow_up_is_due_when_it_is_due_if_nobody_wishes_otherwise() -> None:
    desk = team()

    assert due(desk, desk.comes()) == SUNDAY + timedelta(days=3)


def test_it_is_due_when_whoever_has_the_lead_works_again() -> None:
    desk = team(WISHED)

    assert due(desk, desk.comes()) == datetime(2026, 12, 10, 8, tzinfo=UTC)


def test_it_is_moved_so_as_well_when_the_lead_becomes_hotter() -> None:
    desk = team(WISHED)
    lead = desk.comes()
    for key in ("a", "b"):
        desk.run(RecordEngagement(lead_id=lead, source=EngagementSource.BOOKING, key=key))

    assert due(desk, lead) == datetime(2026, 12, 10, 8, tzinfo=UTC)
    follow_up = desk.of(LEAD, lead).follow_up
    assert follow_up is not None
    assert follow_up.priority is Priority.NORMAL


def test_whose_hours_nobody_knows_has_as_long_as_others_had() -> None:
    desk = team(WISHED)
    of_eve = desk.comes(assignee_id=eve)
    desk.rule(Rule())

    assert due(desk, of_eve) == due(desk, desk.comes()) == SUNDAY + timedelta(days=3)
