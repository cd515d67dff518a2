"""Use cases of merging clients, with their leads: of one person, one lead stands for all that they have."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from application.people import merging
from application.people.people import records
from application.sales.leads import lead_named, recorded
from application.sales.removing import follow_up_back, follow_up_gone
from application.transact import Changes, Past, UseCase, step_by_step
from domain.messages import Command
from domain.people.clients import MergeClients, UnmergeClients
from domain.sales import leads
from domain.sales.leads import LEAD, Lead, LeadEvent, LeadMerged, LeadUnmerged
from domain.sales.tasks import TASKS, to_do
from domain.values import ClientId, LeadId


def merge(command: MergeClients, past: Past) -> Changes:
    return step_by_step(past, partial(merging.merge, command), partial(settled, command.client_id))


def unmerge(command: UnmergeClients, past: Past) -> Changes:
    """Let everybody have the lead again that they had; what came meanwhile stays where it came."""
    persons = dict.fromkeys((*command.sources, command.client_id))
    return step_by_step(
        past,
        partial(merging.unmerge, command),
        *(partial(settled, each) for each in persons),
    )


def settled(client_id: ClientId, past: Past) -> Changes:
    """Let the leads of a person be one, under whichever records they were opened."""
    named = [lead_named(each, past) for each in records(past, client_id)]
    decided = leads.settle({each: past.of(LEAD, each) for each in named}, now=past.now)
    in_order = sorted(decided, key=lambda each: past.of(LEAD, each).merged_into is None)
    return step_by_step(past, *(partial(_settled, each, decided[each]) for each in in_order))


def _settled(lead_id: LeadId, events: Sequence[LeadEvent], past: Past) -> Changes:
    before = past.of(LEAD, lead_id)
    return step_by_step(
        past,
        lambda here: recorded(lead_id, before, events, here),
        partial(_follow_up, before, events),
    )


def _follow_up(before: Lead, events: Sequence[LeadEvent], past: Past) -> Changes:
    """Let nobody be to turn to one person twice: what was to be done is so again once they are two."""
    match events:
        case [LeadMerged(into=into), *_] if before.merged_into is None:
            return follow_up_gone(before, past) if _is_turned_to(into, past) else {}
        case [LeadUnmerged(), *_] if before.merged_at is not None:
            return follow_up_back(before, before.merged_at, past)
        case _:
            return {}


def _is_turned_to(lead_id: LeadId, past: Past) -> bool:
    follow_up = past.of(LEAD, lead_id).follow_up
    return follow_up is not None and to_do(past.of(TASKS.aggregate, follow_up.task_id)) is not None


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    MergeClients: merge,
    UnmergeClients: unmerge,
}
