"""What becomes of a lead's follow-up when the lead is removed or merged, and when it is there again."""

from datetime import datetime

from application import records
from application.transact import Changes, Past
from domain.records import RESTORABLE, RemoveRecord, RestoreRecord
from domain.sales.leads import Lead
from domain.sales.tasks import TASKS, to_do


def follow_up_gone(lead: Lead, past: Past) -> Changes:
    """Remove it with the lead, if it is still to be done."""
    if lead.follow_up is None:
        return {}
    task_id = lead.follow_up.task_id
    if to_do(past.of(TASKS.aggregate, task_id)) is None:
        return {}
    return records.remove(RemoveRecord(kind=TASKS.one, id=task_id), past)


def follow_up_back(lead: Lead, gone_at: datetime, past: Past) -> Changes:
    """Restore it with the lead, if it went with it at this moment, and can still be had."""
    if lead.follow_up is None:
        return {}
    task_id = lead.follow_up.task_id
    task = past.of(TASKS.aggregate, task_id)
    with_it = task.removed_at == gone_at and task.values is not None
    if not with_it or past.now - gone_at > RESTORABLE:
        return {}
    return records.restore(RestoreRecord(kind=TASKS.one, id=task_id), past)
