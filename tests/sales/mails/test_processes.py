"""What processes make of what happens to leads and tasks."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from msgspec.structs import replace

from adapters.jobs import kind_of
from application.processes.effects.sales import (
    NoticeOverdue,
    SendLeadMail,
    SendOverdueMail,
    SendTaskReminder,
    SumUpOverdue,
    TellOfLead,
)
from application.processes.process import Do, Withdraw
from application.processes.sales.remind_assignee_of_task import REMIND_ASSIGNEE_OF_TASK
from application.processes.sales.tell_of_lead import TELL_OF_LEAD
from domain.sales.tasks import TASKS, RemindOfTask, Task, TaskCompleted, TaskStatus
from domain.values import TaskId
from tests.mail.examples import recorded
from tests.sales.assignment.examples import noor
from tests.sales.leads.examples import lead_assigned, lead_id, lead_opened, lead_touched

NOW: Final = datetime(2027, 1, 4, 8, tzinfo=UTC)
DUE: Final = NOW + timedelta(days=1)
task_id: Final = TaskId("task-0198c0de-0000-7000-8000-000000000001")
task: Final = Task(due_at=DUE, assignee_id=noor, remind_before_minutes=60)
overdue: Final = NoticeOverdue(task_id=task_id)
reminder: Final = SendTaskReminder(task_id=task_id, remind_at=DUE - timedelta(hours=1))
sign: Final = RemindOfTask(id=task_id, remind_at=DUE - timedelta(hours=1))
taken_back: Final = [
    Withdraw(SendTaskReminder, about=task_id),
    Withdraw(RemindOfTask, about=task_id),
    Withdraw(NoticeOverdue, about=task_id),
]


def made_of(event: Any, at: datetime = NOW) -> Any:
    return REMIND_ASSIGNEE_OF_TASK.then(recorded(event, at=at))


def created(**more: Any) -> Any:
    return TASKS.created(id=task_id, values=replace(task, **more))


def test_a_task_is_kept_in_mind_by_whoever_has_it() -> None:
    assert made_of(created()) == [
        Do(overdue, about=task_id, at=DUE),
        Do(reminder, about=task_id, at=DUE - timedelta(hours=1)),
        Do(sign, about=task_id, at=DUE - timedelta(hours=1)),
    ]


@pytest.mark.parametrize(
    "more", [{"assignee_id": None}, {"status": TaskStatus.DONE, "completed_at": NOW}]
)
def test_what_nobody_has_to_do_is_not(more: dict[str, Any]) -> None:
    assert made_of(created(**more)) == []


def test_what_is_overdue_already_is_so_from_now_on_and_nobody_is_reminded() -> None:
    assert made_of(created(), at=DUE + timedelta(days=9)) == [
        Do(overdue, about=task_id, at=DUE + timedelta(days=9))
    ]


def test_what_changes_is_kept_in_mind_as_it_is_now() -> None:
    changed = TASKS.changed(id=task_id, values=replace(task, remind_before_minutes=None))

    assert made_of(changed) == [*taken_back, Do(overdue, about=task_id, at=DUE)]


def test_what_is_done_or_gone_is_kept_in_mind_no_more() -> None:
    for event in (
        TaskCompleted(id=task_id, at=NOW),
        TASKS.purged(id=task_id, streams=(task_id,)),
    ):
        assert made_of(event) == taken_back


def test_what_is_had_again_may_have_fallen_due_meanwhile() -> None:
    assert made_of(TASKS.restored(id=task_id)) == [Do(overdue, about=task_id)]


def test_of_who_comes_openly_or_is_given_to_somebody_they_are_told() -> None:
    told = [Do(TellOfLead(lead_id=lead_id, version=3), about=lead_id)]
    for event in (lead_opened, lead_touched, lead_assigned):
        assert TELL_OF_LEAD.then(recorded(event, version=3)) == told
    for quiet in (
        replace(lead_opened, quietly=True),
        replace(lead_touched, quietly=True),
        replace(lead_assigned, assignee_id=None),
    ):
        assert TELL_OF_LEAD.then(recorded(quiet)) == []


def test_names_are_what_they_have_always_been() -> None:
    """They key what waits in the queue: changing one orders everything a second time."""
    assert (TELL_OF_LEAD.name, REMIND_ASSIGNEE_OF_TASK.name) == (
        "tell-of-lead",
        "remind-assignee-of-task",
    )
    effects = (
        TellOfLead,
        SendLeadMail,
        SendTaskReminder,
        NoticeOverdue,
        SumUpOverdue,
        SendOverdueMail,
    )
    assert [kind_of(each) for each in effects] == [
        "tell-of-lead",
        "send-lead-mail",
        "send-task-reminder",
        "notice-overdue",
        "sum-up-overdue",
        "send-overdue-mail",
    ]
