"""What was done about a lead, and what happened with its person, as one list."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Response
from pydantic import Field

from api.people.clients import THERE, note_entry
from api.problems.reasons import PEOPLE, WINNING
from api.requests import ids
from api.requests.answers import Made, Paged, answers
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import Body, Text
from api.requests.meanings import person_of
from api.requests.pages import page, question
from api.sales.leads import MayRead, MayWrite, there
from api.web.routing import Router
from api.web.turns import heavy
from application.ports import Recorded
from domain.catalogue import EVENTS
from domain.messages import Command
from domain.people.clients import ClientNoteAdded
from domain.sales.leads import AddLeadNote, ContactWay, RecordContact
from domain.values import ClientId, LeadId, NoteId
from projections import paging
from projections.paging import Op, Sort, Where
from projections.people.client_timeline import CLIENT_TIMELINE, TimelineEntry
from projections.sales.activities import SHOWN, Activity, Place, Told, merged, of, own

router: Final = Router(prefix="/v1/leads", tags=["leads"])

NAMES: Final = tuple(name for name, event in EVENTS.items() if event in SHOWN)
NEWEST_FIRST: Final = Sort("created_at", descending=True)


class NoteActivity(Body):
    """Something to be known of the person."""

    kind: Literal["note"]
    text: Text


class ContactActivity(Body):
    """How somebody turned to the lead, and what was said."""

    kind: Literal[ContactWay.CALL, ContactWay.MAIL, ContactWay.MESSAGE, ContactWay.VISIT]
    text: Text | None = None


ActivityBody = Annotated[NoteActivity | ContactActivity, Field(discriminator="kind")]


@router.get("/{lead_id}/activities")
@answers(Paged(Activity, {}))
@heavy
def list_activities_of_lead(lead_id: ids.Lead, caller: MayRead) -> Response:
    """List what was done about a lead, and what happened with its person, by whom, the newest first. Things
    such as bookings and tasks stand where they began, as they are now.
    """
    client_id = there(lead_id, caller).client_id
    question(caller, {})

    def find(place: Place | None, limit: int) -> Sequence[Told]:
        begin = place or Place()
        lead = _of_lead(caller, lead_id, begin, limit)
        entries = _of_person(caller, client_id, lead_id, begin, limit)
        return [*islice(merged(lead, entries, begin), limit)]

    return page(
        caller, "activities", find, lambda each: each.place, Place, told=lambda each: each.activity
    )


@router.post("/{lead_id}/activities", status_code=201)
@answers(Made(Activity, has_location=False), refuses=(*WINNING, *PEOPLE))
def record_activity_of_lead(lead_id: ids.Lead, body: ActivityBody, caller: MayWrite) -> Response:
    """Write a note, which says something of the person; or say that somebody turned to the lead, which counts
    as `/contacts` do.
    """
    answer = caller.order(_recording(lead_id, body), on=lead_id)
    activity = msgspec.json.encode(_shown(answer.recorded[0]))
    return Response(activity, 201, caller.marks(answer), JSON)


def _recording(lead_id: LeadId, body: NoteActivity | ContactActivity) -> Command:
    if isinstance(body, NoteActivity):
        return AddLeadNote(lead_id=lead_id, note_id=NoteId(new_id("note")), text=body.text)
    return RecordContact(lead_id=lead_id, way=body.kind, note=body.text)


def _shown(past: Recorded) -> Activity:
    return of(note_entry(past)) if isinstance(past.event, ClientNoteAdded) else own(past)


# --- Both lines ---------------------------------------------------------------------------


def _of_lead(caller: Caller, lead_id: LeadId, place: Place, at_once: int) -> Iterator[Recorded]:
    """Return what happened to a lead before a version, the newest first."""
    reached, more = place.version, True
    while more:
        found = caller.backend.audit.page(
            caller.tenant, stream=lead_id, types=NAMES, position=reached, limit=at_once
        )
        yield from found.events
        reached, more = found.reached, found.more


def _of_person(
    caller: Caller, client_id: ClientId, lead_id: LeadId, place: Place, at_once: int
) -> Iterator[TimelineEntry]:
    """Return what else happened with a person behind a place, the newest first."""
    where = [Where("client_id", Op.IS, [*person_of(client_id, caller)]), THERE]
    behind = None if place.key is None else paging.Place(place.at, place.key)
    more = True
    while more:
        with caller.asking(CLIENT_TIMELINE) as (connection, within):
            found = paging.page(
                connection,
                CLIENT_TIMELINE,
                caller.tenant,
                within=within,
                where=where,
                sort=NEWEST_FIRST,
                place=behind,
                limit=at_once,
            )
        rows = (msgspec.json.decode(each, type=TimelineEntry) for each in found.documents)
        yield from (row for row in rows if row.id != lead_id)
        behind, more = found.last, found.has_more
