"""Takes rows in: who is known already, by any of what names them, is who they are; everybody else is
registered, under an id that follows from what the row says of them. Nobody is told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final, NamedTuple

from application.people import clients as client_use_cases
from application.people.guests import known_guest
from application.people.people import known_by, survivor
from application.refusals import NotNow
from application.sales import leads as lead_use_cases
from application.transact import Changes, Past, Since, UseCase, add, one_by_one
from domain.messages import Command, DomainError, Event
from domain.people import identities
from domain.people.clients import (
    CLIENT,
    ClientIsErased,
    ClientRegistered,
    ClientStatus,
    NameOnChannel,
)
from domain.people.identities import IDENTITY
from domain.records import LINKS, links_of
from domain.sales.imports import FollowUps, ImportedLead, ImportLeads
from domain.sales.leads import (
    LEAD,
    ConvertLead,
    FollowUpSet,
    LeadOpened,
    LeadStatus,
    LeadTouched,
    MoveLead,
    OpenLead,
    lead_of,
)
from domain.sales.tasks import TASKS, follow_up_of
from domain.values import ClientId, IdentityId, LeadId, derived_id


class Outcome(StrEnum):
    """What becomes of a row: it is about somebody new, or known; it says nothing new; it is refused."""

    NEW = "new"
    ATTACHED = "attached"
    ALREADY_THERE = "already_there"
    REFUSED = "refused"


class Judged(NamedTuple):
    """A row, what becomes of it, and what is recorded of it; of what is refused, the code."""

    row: ImportedLead
    outcome: Outcome
    changes: Changes
    code: str | None = None


def import_leads(command: ImportLeads, past: Past) -> Changes:
    """Take in of the rows what can be."""
    changes: dict[str, list[Event]] = {}
    for each in judged(command.rows, past, command.follow_ups):
        add(each.changes, changes)
    return changes


def judged(
    rows: Sequence[ImportedLead], past: Past, follow_ups: FollowUps | None = None
) -> Iterator[Judged]:
    """Say what becomes of each row, on the past that those before it left."""
    _foresee(rows, past, tasks=follow_ups is not None)
    so_far: dict[str, list[Event]] = {}
    here, made = Since(past, so_far), follow_ups.made if follow_ups else 0
    for row in rows:
        try:
            outcome, found = _taken(row, follow_ups.due(made) if follow_ups else None, here)
        except NotNow:
            raise
        except DomainError as refusal:
            yield Judged(row, Outcome.REFUSED, {}, refusal.code)
            continue
        add(found, so_far)
        if follow_ups:
            made += follow_ups_in(event for events in found.values() for event in events)
        yield Judged(row, outcome, found)


def outcomes(recorded: Iterable[Event | None]) -> Mapping[str, Outcome]:
    """Return what became of rows, by their keys, as it was recorded."""
    events = [*recorded]
    new = {each.client_id for each in events if isinstance(each, ClientRegistered)}
    return {
        each.key: Outcome.NEW
        if isinstance(each, LeadOpened) and each.client_id in new
        else Outcome.ATTACHED
        for each in events
        if isinstance(each, LeadOpened | LeadTouched) and each.key is not None
    }


def follow_ups_in(recorded: Iterable[Event | None]) -> int:
    """Count the leads that somebody was told to turn to."""
    return sum(isinstance(each, FollowUpSet) for each in recorded)


def _foresee(rows: Sequence[ImportedLead], past: Past, *, tasks: bool) -> None:
    """Have all read at once that the rows will look at, as far as they say."""
    names = dict.fromkeys(name for row in rows for name in (row.key, *_names_of(row)))
    past.foresee(IDENTITY, names)
    owners = (past.of(IDENTITY, name).owner for name in names)
    clients = [*dict.fromkeys([*map(_made_of, rows), *filter(None, owners)])]
    past.foresee(CLIENT, clients)
    leads = [*map(lead_of, clients)]
    past.foresee(LEAD, leads)
    if tasks:
        past.foresee(TASKS.aggregate, [follow_up_of(each, 0) for each in leads])
        past.foresee(LINKS, map(links_of, clients))


# --- One row --------------------------------------------------------------------------


def _taken(row: ImportedLead, due_at: datetime | None, past: Past) -> tuple[Outcome, Changes]:
    if (about := past.of(IDENTITY, row.key).owner) is not None:
        _refuse_erased(about, past)
        return Outcome.ALREADY_THERE, {}
    client_id, registered = _person(row, past)
    lead_id = None if registered else lead_use_cases.known_lead(client_id, past)
    named = lead_id or lead_use_cases.lead_named(client_id, past)
    steps: list[Callable[[Past], Changes]] = [
        lambda _: registered,
        partial(_claim, row, client_id),
        partial(_open, row, client_id, named),
    ]
    if lead_id is None:
        lead_id = named
        if row.status is not LeadStatus.NEW:
            steps.append(partial(_move, row, lead_id))
        if due_at is not None:
            steps.append(partial(lead_use_cases.turn_to, lead_id, due_at))
    changes = one_by_one(steps, past, lambda step, so_far: step(so_far))
    return Outcome.NEW if registered else Outcome.ATTACHED, changes


def _person(row: ImportedLead, past: Past) -> tuple[ClientId, Changes]:
    """Return whom a row is about. Raises ClientIsErased."""
    client_id, registered = _known(row, past)
    if registered:
        return client_id, registered
    _refuse_erased(client_id, past)
    return survivor(past, client_id), {}


def _refuse_erased(client_id: ClientId, past: Past) -> None:
    """Whoever was forgotten does not come back because somebody has kept a file. Raises ClientIsErased."""
    if past.of(CLIENT, survivor(past, client_id)).erased:
        raise ClientIsErased


def _known(row: ImportedLead, past: Past) -> tuple[ClientId, Changes]:
    if row.known and (owner := known_by(past, row.known.identity_id)):
        return owner, {}
    if past.of(CLIENT, _made_of(row)).exists:
        return _made_of(row), {}
    for name in _names_of(row):
        former = past.of(IDENTITY, name).former
        if former is not None and past.of(CLIENT, former).erased:
            return former, {}
    return known_guest(row.contact, row.identities, row.seed, past, status=ClientStatus.LEAD)


def _made_of(row: ImportedLead) -> ClientId:
    return ClientId(derived_id(CLIENT.kind, row.seed))


def _names_of(row: ImportedLead) -> tuple[IdentityId, ...]:
    return row.identities if row.known is None else (row.known.identity_id, *row.identities)


def _claim(row: ImportedLead, client_id: ClientId, past: Past) -> Changes:
    """Let the row be about them, and what they are called elsewhere be theirs."""
    claimed = identities.claim(client_id, row.key, past.of(IDENTITY, row.key))
    changes: Changes = {row.key: claimed}
    if row.known is None or past.of(IDENTITY, row.known.identity_id).owner is not None:
        return changes
    order = NameOnChannel(client_id=client_id, known=row.known)
    return {**changes, **client_use_cases.USE_CASES[NameOnChannel](order, past)}


def _open(row: ImportedLead, client_id: ClientId, lead_id: LeadId, past: Past) -> Changes:
    order = OpenLead(
        seed=row.seed,
        client_id=client_id,
        touch=row.touch,
        message=row.message,
        assignee_id=row.assignee_id,
        at=row.at,
        quietly=True,
        key=row.key,
        company=row.company,
    )
    return lead_use_cases.open_known(order, lead_id, client_id, past)


def _move(row: ImportedLead, lead_id: LeadId, past: Past) -> Changes:
    """Let a lead that is new be where it was elsewhere."""
    if row.status is LeadStatus.CONVERTED:
        return lead_use_cases.convert(ConvertLead(lead_id=lead_id), past)
    order = MoveLead(lead_id=lead_id, status=row.status, reason=row.reason)
    return lead_use_cases.USE_CASES[MoveLead](order, past)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {ImportLeads: import_leads}
