"""Use cases of leads. A score, and what follows from it, is recorded with what changed it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any, Final

from msgspec.structs import replace

from application import records
from application.business.members import next_at_work_of, present
from application.people import clients as client_use_cases
from application.people.guests import known_guest
from application.people.people import records as records_of_person
from application.people.people import refuse_unknown_client, survivor
from application.sales.assignment import counted, given_by_rule
from application.sales.removing import follow_up_back
from application.transact import Changes, Past, Since, UseCase, step_by_step
from domain.business.departments import MEMBERS
from domain.business.users import USER
from domain.messages import Command
from domain.people.clients import CLIENT, ChangeClientStatus, ClientStatus
from domain.records import ChangeRecord, CreateRecord
from domain.sales import leads, scores
from domain.sales.leads import LEAD, FollowUp, FollowUpSet, Lead, LeadEvent, LeadTouched
from domain.sales.scores import SCORING, THE_SCORING, EngagementSource, Temperature
from domain.sales.tasks import DUE_AFTER, PRIORITY_OF, TASKS, Task, follow_up_of, to_do
from domain.values import ClientId, LeadId, TaskId, UserId


def open_lead(command: leads.OpenLead, past: Past) -> Changes:
    return opened(command, past)[1]


def opened(command: leads.OpenLead, past: Past) -> tuple[LeadId, Changes]:
    """Whoever is known is a lead under the record that they have; everybody else is registered."""
    client_id, registered = _person(command, past)
    here = Since(past, registered)
    client_id = survivor(here, client_id)
    lead_id = known_lead(client_id, here) or lead_named(client_id, here)
    return lead_id, {**registered, **open_known(command, lead_id, client_id, here)}


def open_known(
    command: leads.OpenLead, lead_id: LeadId, client_id: ClientId, past: Past
) -> Changes:
    """Let somebody who has a record come, as this lead."""
    _refuse_absent(command.assignee_id, past)
    lead = past.of(LEAD, lead_id)
    command, turn = _given(command, lead, past)
    events = leads.open_(command, lead_id, client_id, lead, now=past.now)
    if lead.removed_at is not None and not command.quietly:
        return again(lead_id, lead, events, past)
    return recorded(lead_id, lead, events, past, quietly=command.quietly, turn=turn)


def _given(command: leads.OpenLead, lead: Lead, past: Past) -> tuple[leads.OpenLead, int | None]:
    """Return the order with whoever is to look after a new lead, by the rule of the business where it does
    not say who, and whose turn that makes it.
    """
    if lead.client_id is not None or command.assignee_id is not None:
        return command, None
    given = given_by_rule(command.touch.source, past)
    if given is None:
        return command, None
    return replace(command, assignee_id=given.user_id), given.turn


def convert(command: leads.ConvertLead, past: Past) -> Changes:
    """Let them be a client like all others."""
    lead = past.of(LEAD, command.lead_id)
    return _converted(command.lead_id, lead, leads.convert(command, lead), past)


def booked(client_id: ClientId | None, key: str, past: Past) -> Changes:
    """Count what a client has booked, recorded with it; of who is no lead, nothing is said."""
    return {} if client_id is None else _engaged(client_id, EngagementSource.BOOKING, key, past)


def replied(client_id: ClientId, key: str, past: Past) -> Changes:
    """Count what a lead has written, recorded with it."""
    return _engaged(client_id, EngagementSource.REPLY, key, past)


def visited(client_id: ClientId, day: date, past: Past) -> Changes:
    """Count that a lead was back at the pages of the business; of whoever was erased nothing is noted."""
    if past.of(CLIENT, survivor(past, client_id)).erased:
        return {}
    return _engaged(client_id, EngagementSource.VISIT, day.isoformat(), past)


def looked_after(lead_id: LeadId, task_id: str, past: Past) -> Changes:
    """Count that something that was to be done about a lead is done; of who is none any more, nothing is said."""
    lead_id = standing(lead_id, past)
    lead = past.of(LEAD, lead_id)
    if not lead.is_there:
        return {}
    order = leads.RecordEngagement(lead_id=lead_id, source=EngagementSource.TASK, key=task_id)
    return recorded(lead_id, lead, leads.engage(order, lead), past)


def written_to(client_id: ClientId, past: Past) -> Changes:
    """Note that somebody has turned to a lead by writing, if nobody had in any way before: what is written
    after that, their conversation tells.
    """
    if (lead_id := lead_of_person(client_id, past)) is None:
        return {}
    lead = past.of(LEAD, lead_id)
    if lead.answered is not None or lead.status not in leads.OPEN:
        return {}
    order = leads.RecordContact(lead_id=lead_id, way=leads.ContactWay.MESSAGE)
    return recorded(lead_id, lead, leads.contact(order, lead, now=past.now), past)


def _engaged(client_id: ClientId, source: EngagementSource, key: str, past: Past) -> Changes:
    if (lead_id := lead_of_person(client_id, past)) is None:
        return {}
    lead = past.of(LEAD, lead_id)
    order = leads.RecordEngagement(lead_id=lead_id, source=source, key=key)
    return recorded(lead_id, lead, leads.engage(order, lead), past)


def came(client_id: ClientId | None, past: Past) -> Changes:
    """Win the lead of a client who has come, if they have one, with their coming."""
    if client_id is None or (lead_id := lead_of_person(client_id, past)) is None:
        return {}
    return convert(leads.ConvertLead(lead_id=lead_id), past)


def score(command: leads.ScoreLead, past: Past) -> Changes:
    """Of who was purged, and has come again, it is the lead that they are now; and of who was merged, the one that
    stands for them.
    """
    lead_id = standing(command.lead_id, past)
    lead = past.of(LEAD, lead_id)
    if lead.purged and lead.client_id is not None:
        lead_id = lead_named(lead.client_id, past)
        lead = past.of(LEAD, lead_id)
    return recorded(lead_id, lead, (), past)


def assign(command: leads.AssignLead, past: Past) -> Changes:
    """Whoever looks after a lead has its follow-up, too, unless that was given to somebody else."""
    _refuse_absent(command.assignee_id, past)
    lead = past.of(LEAD, command.lead_id)
    events = leads.assign(command, lead)
    changes = recorded(command.lead_id, lead, events, past)
    if not events or lead.follow_up is None:
        return changes
    task = _open_task(lead.follow_up.task_id, past)
    if task is None or task.assignee_id != lead.assignee_id:
        return changes
    return {
        **changes,
        **_changed(lead.follow_up.task_id, replace(task, assignee_id=command.assignee_id), past),
    }


def change_scoring(command: scores.ChangeScoring, past: Past) -> Changes:
    return {THE_SCORING: scores.change(command, past.of(SCORING, THE_SCORING))}


def lead_of_person(client_id: ClientId, past: Past) -> LeadId | None:
    """Return the lead that a person is, if they are one, and it was not removed."""
    return next((e for e in _leads_of(client_id, past) if past.of(LEAD, e).is_there), None)


def lead_named(client_id: ClientId, past: Past) -> LeadId:
    """Name the lead that a record has, or would have: the first that was not purged."""
    named = (leads.lead_of(client_id, purged) for purged in count())
    return next(each for each in named if not past.of(LEAD, each).purged)


def known_lead(client_id: ClientId, past: Past) -> LeadId | None:
    """Return the lead that a person is, or was before it was removed."""
    return next(iter(_leads_of(client_id, past)), None)


def _leads_of(client_id: ClientId, past: Past) -> list[LeadId]:
    """Return the leads of a person, under whichever records they were opened; those removed last, and behind them
    what was merged.
    """
    named = (lead_named(each, past) for each in records_of_person(past, client_id))
    there = [each for each in named if past.of(LEAD, each).client_id is not None]
    return sorted(there, key=lambda each: _behind(past.of(LEAD, each)))


def _behind(lead: Lead) -> tuple[bool, bool]:
    return not lead.is_there, lead.merged_into is not None


def standing(lead_id: LeadId, past: Past) -> LeadId:
    """Return the lead that stands for this one: most often it does itself."""
    return past.of(LEAD, lead_id).merged_into or lead_id


# --- What follows ---------------------------------------------------------------------


def recorded(
    lead_id: LeadId,
    before: Lead,
    events: Sequence[LeadEvent],
    past: Past,
    *,
    quietly: bool = False,
    anew: bool = False,
    turn: int | None = None,
) -> Changes:
    """Record what happened to a lead, the score that it has by it, who has it in their caseload, by whose
    `turn`, and what is to be done then, unless it happened `quietly`. `anew`: somebody is to turn to them,
    whatever was done before.
    """
    after = LEAD.fold(events, before)
    scored = leads.score(lead_id, after, past.of(SCORING, THE_SCORING), **_reached_by(after, past))
    known = LEAD.fold(scored, after)
    cases = counted(lead_id, before, known, past, turn)
    if quietly:
        return {lead_id: [*events, *scored], **cases}
    crossed = known.temperature is not before.temperature or (anew and known.status in leads.OPEN)
    follow_up, task = _followed_up(lead_id, known, past) if crossed else ((), {})
    return {lead_id: [*events, *scored, *follow_up], **cases, **task}


def again(
    lead_id: LeadId,
    removed: Lead,
    events: Sequence[LeadEvent],
    past: Past,
) -> Changes:
    """Record that somebody who was removed is a lead again, with their follow-up, and with what was merged into it.
    Who has come again is to be turned to anew.
    """
    if (gone_at := removed.removed_at) is None:
        return {}
    came = any(isinstance(each, LeadTouched) for each in events)
    return step_by_step(
        past,
        lambda here: follow_up_back(removed, gone_at, here),
        lambda here: recorded(lead_id, removed, events, here, anew=came),
        lambda here: {
            each: leads.restore_with(each, here.of(LEAD, each), removed_at=gone_at)
            for each in removed.absorbed
        },
    )


def _reached_by(lead: Lead, past: Past) -> Mapping[str, bool]:
    """Return whether they can be reached by the record under which they came, or that which stands for it."""
    records = {lead.client_id, survivor(past, lead.client_id)} if lead.client_id else ()
    known = [contact for each in records if (contact := past.of(CLIENT, each).contact)]
    return {
        "has_email": any(each.email is not None for each in known),
        "has_phone": any(each.phone is not None for each in known),
    }


def _followed_up(lead_id: LeadId, lead: Lead, past: Past) -> tuple[Sequence[FollowUpSet], Changes]:
    """Say when somebody is to turn to the lead, each time that it has become hotter or colder."""
    temperature = lead.temperature
    if temperature is None or _is_erased(lead, past):
        return (), {}
    known = lead.follow_up
    task = _open_task(known.task_id, past) if known else None
    due_at = _due(temperature, task.assignee_id if task else lead.assignee_id, past)
    priority = PRIORITY_OF[temperature]
    if known is None or task is None:
        new = FollowUp(
            task_id=follow_up_of(lead_id, lead.follow_ups), due_at=due_at, priority=priority
        )
        return [_set(lead_id, new)], _made(lead_id, lead, new, past)
    moved = replace(known, due_at=due_at, priority=priority)
    return [_set(lead_id, moved)], _moved(known, moved, task, past)


def _due(temperature: Temperature, assignee_id: UserId | None, past: Past) -> datetime:
    """Return when somebody is to turn to the lead: while they work, if the business wishes."""
    due_at = past.now + DUE_AFTER[temperature]
    if assignee_id is None or not past.of(SCORING, THE_SCORING).weights.within_working_hours:
        return due_at
    return next_at_work_of(assignee_id, due_at, past)


def turn_to(lead_id: LeadId, due_at: datetime, past: Past) -> Changes:
    """Have somebody turn to a lead at a time, unless it is over, or somebody was told to before."""
    return turned_to(lead_id, past.of(LEAD, lead_id), due_at, past)


def turned_to(lead_id: LeadId, lead: Lead, due_at: datetime, past: Past) -> Changes:
    """Return the same of a lead as it is known."""
    if lead.temperature is None or lead.follow_ups or lead.status not in leads.OPEN:
        return {}
    new = FollowUp(
        task_id=follow_up_of(lead_id, lead.follow_ups),
        due_at=due_at,
        priority=PRIORITY_OF[lead.temperature],
    )
    return {lead_id: [_set(lead_id, new)], **_made(lead_id, lead, new, past)}


def _is_erased(lead: Lead, past: Past) -> bool:
    return lead.client_id is not None and past.of(CLIENT, survivor(past, lead.client_id)).erased


def _set(lead_id: LeadId, follow_up: FollowUp) -> FollowUpSet:
    return FollowUpSet(
        lead_id=lead_id,
        task_id=follow_up.task_id,
        due_at=follow_up.due_at,
        priority=follow_up.priority,
    )


def _made(lead_id: LeadId, lead: Lead, follow_up: FollowUp, past: Past) -> Changes:
    task = Task(
        due_at=follow_up.due_at,
        priority=follow_up.priority,
        assignee_id=present(lead.assignee_id, past),
        client_id=survivor(past, lead.client_id) if lead.client_id else None,
        lead_id=lead_id,
    )
    order = CreateRecord(kind=TASKS.one, id=follow_up.task_id, values=task)
    return records.create(order, past)


def _moved(known: FollowUp, moved: FollowUp, task: Task, past: Past) -> Changes:
    """Move the task, but for what somebody has changed of it: that is theirs to say."""
    due_at = moved.due_at if task.due_at == known.due_at else task.due_at
    priority = moved.priority if task.priority is known.priority else task.priority
    return _changed(known.task_id, replace(task, due_at=due_at, priority=priority), past)


def _changed(task_id: TaskId, task: Task, past: Past) -> Changes:
    return records.change(ChangeRecord(kind=TASKS.one, id=task_id, values=task), past)


def _open_task(task_id: TaskId, past: Past) -> Task | None:
    return to_do(past.of(TASKS.aggregate, task_id))


# --- Who it is ------------------------------------------------------------------------


def _person(command: leads.OpenLead, past: Past) -> tuple[ClientId, Changes]:
    if command.client_id is not None:
        refuse_unknown_client(past, command.client_id)
        return command.client_id, {}
    if command.contact is None:
        raise leads.PersonMissing
    return known_guest(
        command.contact, command.identities, command.seed, past, status=ClientStatus.LEAD
    )


def _refuse_absent(user_id: UserId | None, past: Past) -> None:
    if user_id is not None:
        MEMBERS.refuse(past.of(USER, user_id))


def _converted(lead_id: LeadId, lead: Lead, events: Sequence[LeadEvent], past: Past) -> Changes:
    if not events or lead.client_id is None:
        return {}
    client_id = survivor(past, lead.client_id)
    active: Changes = {}
    client = past.of(CLIENT, client_id)
    if client.status is ClientStatus.LEAD and not client.erased:
        order = ChangeClientStatus(client_id=client_id, status=ClientStatus.ACTIVE)
        active = client_use_cases.USE_CASES[ChangeClientStatus](order, past)
    return {**recorded(lead_id, lead, events, past), **active}


def _decided(decide: Callable[..., Sequence[LeadEvent]], *, timed: bool = False) -> UseCase[Any]:
    """Return the use case of what a lead decides alone."""

    def carry_out(command: Any, past: Past) -> Changes:
        lead = past.of(LEAD, command.lead_id)
        told = {"now": past.now} if timed else {}
        return recorded(command.lead_id, lead, decide(command, lead, **told), past)

    return carry_out


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    leads.OpenLead: open_lead,
    leads.MoveLead: _decided(leads.move),
    leads.ConvertLead: convert,
    leads.AssignLead: assign,
    leads.RecordContact: _decided(leads.contact, timed=True),
    leads.RecordEngagement: _decided(leads.engage),
    leads.ScoreLead: score,
    scores.ChangeScoring: change_scoring,
}
