"""Use cases of where a lead stands on the business's own way, of where it works, and of its removal."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from application.people import clients as client_use_cases
from application.people.people import survivor
from application.sales.assignment import counted
from application.sales.leads import again, recorded
from application.sales.merging import settled
from application.sales.removing import follow_up_gone
from application.transact import Changes, Past, UseCase, step_by_step
from domain.messages import Command
from domain.people.clients import AddClientNote
from domain.records import to
from domain.sales import leads
from domain.sales.leads import LEAD
from domain.sales.stages import STAGES

IN_STAGE: Final = to(STAGES)


def stage(command: leads.StageLead, past: Past) -> Changes:
    """A stage that was removed takes no more leads."""
    lead = past.of(LEAD, command.lead_id)
    events = leads.stage(command, lead, now=past.now)
    if events and command.stage_id is not None:
        IN_STAGE.refuse(past.of(STAGES.aggregate, command.stage_id))
    return recorded(command.lead_id, lead, events, past)


def tell_company(command: leads.TellCompany, past: Past) -> Changes:
    lead = past.of(LEAD, command.lead_id)
    return recorded(command.lead_id, lead, leads.tell_company(command, lead), past)


def add_note(command: leads.AddLeadNote, past: Past) -> Changes:
    """Write it on the record that stands for the person: it is theirs, also when they are a client."""
    lead = past.of(LEAD, command.lead_id)
    leads.refuse_unknown(lead)
    assert lead.client_id is not None, "a lead is somebody"
    note = AddClientNote(
        client_id=survivor(past, lead.client_id), note_id=command.note_id, text=command.text
    )
    return client_use_cases.USE_CASES[AddClientNote](note, past)


def remove(command: leads.RemoveLead, past: Past) -> Changes:
    lead = past.of(LEAD, command.lead_id)
    events = leads.remove(command, lead, now=past.now)
    if not events:
        return {}
    counts = counted(command.lead_id, lead, LEAD.fold(events, lead), past)
    return {
        command.lead_id: events,
        **{e: leads.remove_with(e, past.of(LEAD, e), now=past.now) for e in lead.absorbed},
        **counts,
        **follow_up_gone(lead, past),
    }


def restore(command: leads.RestoreLead, past: Past) -> Changes:
    """Let it be there again; of who has another by now, one stands for both."""
    lead = past.of(LEAD, command.lead_id)
    events = leads.restore(command, lead, now=past.now)
    if lead.client_id is None or not events:
        return {}
    return step_by_step(
        past,
        partial(again, command.lead_id, lead, events),
        partial(settled, lead.client_id),
    )


def purge(command: leads.PurgeLead, past: Past) -> Changes:
    lead = past.of(LEAD, command.lead_id)
    return {command.lead_id: leads.purge(command, lead, now=past.now)}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    leads.StageLead: stage,
    leads.TellCompany: tell_company,
    leads.AddLeadNote: add_note,
    leads.RemoveLead: remove,
    leads.RestoreLead: restore,
    leads.PurgeLead: purge,
}
