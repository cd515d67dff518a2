"""Of a record that was removed, or a lead, no more is kept than others need, once it can be restored no more."""

from datetime import timedelta
from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process, Withdraw
from domain.catalogue import KINDS
from domain.records import RESTORABLE, PurgeRecord, ReferenceLost, Removed, Restored
from domain.sales.leads import LeadRemoved, LeadRestored, PurgeLead
from domain.values import kind_of

GOING: Final = tuple(kind for kind in KINDS if not kind.for_good)
RECORDS: Final = frozenset(kind.one for kind in GOING)
AFTER: Final = RESTORABLE + timedelta(seconds=1)


def _purge_it_in_time(past: Recorded) -> Orders:
    match past.event:
        case Removed(id=id_, at=at):
            return [Do(PurgeRecord(kind=kind_of(id_), id=id_), about=id_, at=at + AFTER)]
        case Restored(id=id_):
            return [Withdraw(PurgeRecord, about=id_)]
        case LeadRemoved(lead_id=lead, at=at):
            return [Do(PurgeLead(lead_id=lead), about=lead, at=at + AFTER)]
        case LeadRestored(lead_id=lead):
            return [Withdraw(PurgeLead, about=lead)]
        # Perhaps it was the last for which something was left. What is kept was not removed.
        case ReferenceLost(target=target, keeps=False) if kind_of(target) in RECORDS:
            return [Do(PurgeRecord(kind=kind_of(target), id=target), about=target)]
        case _:
            return []


PURGE_RECORD_WHEN_IT_CAN_BE_RESTORED_NO_MORE: Final = Process(
    name="purge-record-when-it-can-be-restored-no-more",
    when=(
        ReferenceLost,
        LeadRemoved,
        LeadRestored,
        *(each for kind in GOING for each in (kind.removed, kind.restored)),
    ),
    then=_purge_it_in_time,
)
