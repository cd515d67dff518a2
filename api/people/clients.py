"""Clients over HTTP. Clients see themselves; everything else is for those who work here."""

import time
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Response
from msgspec import UNSET, UnsetType

from api.problems.reasons import PEOPLE
from api.requests import ids
from api.requests.answers import Listed, Made, Row, Tabled, answers
from api.requests.at_length import accepted
from api.requests.caller import JSON, Caller, new_id
from api.requests.forms import (
    Body,
    ContactBody,
    Line,
    Sought,
    Text,
    identities,
    on_channel,
)
from api.requests.listing import Listing
from api.requests.meanings import (
    ADDRESS,
    CUSTOM_ID,
    NUMBER,
    PERSON,
    address_or_number_in,
    person_of,
)
from api.requests.moments import instant
from api.requests.parsing import one_of, text
from api.streamed.tables import Encoding, Spreadsheet
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.operations.long_operations import ERASE_CLIENT, TooManyOperations
from application.people.erasure import PATIENCE, Erasure, Erasures, erasing
from application.people.people import known_by, survivor
from application.permissions import Permission
from application.ports import Recorded
from application.transact import Together
from domain.messages import Value
from domain.people.clients import (
    AddClientNote,
    ChangeClient,
    ChangeClientStatus,
    ClientNoteAdded,
    ClientNotFound,
    ClientStatus,
    RegisterClient,
)
from domain.people.identities import ClientAlreadyExists
from domain.scheduling.bookings import BookingStatus
from domain.texts import shown
from domain.values import ClientId, NoteId
from projections.lines import KEY
from projections.paging import Op, Where
from projections.people.client_timeline import CLIENT_TIMELINE, EntryKind, TimelineEntry
from projections.people.client_visits import CLIENT_VISITS, Visits, visits_of
from projections.people.clients import CLIENTS, KnownClient, found_by
from projections.scheduling.bookings import BOOKINGS

MayRead = Annotated[Caller, may(Permission.CLIENTS_READ)]
MayWrite = Annotated[Caller, may(Permission.CLIENTS_WRITE)]
MayErase = Annotated[Caller, may(Permission.CLIENTS_ERASE)]

router: Final = Router(prefix="/v1/clients", tags=["clients"])

LISTING: Final = Listing(
    model=CLIENTS,
    filters={
        "status": one_of(ClientStatus),
        "email": text,
        "phone": text,
        "custom_id": text,
        "strategy_id": text,
        "user_id": text,
        "merged_into": text,
        "may_be": text,
        "created_at": instant,
        "updated_at": instant,
    },
    spans=("created_at", "updated_at"),
    sorts=("sort_name", "created_at", "updated_at"),
    default_sort="sort_name",
    also=("q", "suspected", "known_on"),
    meanings={"email": ADDRESS, "phone": NUMBER, "custom_id": CUSTOM_ID},
    hides="merged_into",
    changes=True,
)
TABLE: Final = Spreadsheet(
    LISTING,
    {
        each: each
        for each in (
            *("id", "name", "email", "phone", "status", "custom_id", "strategy_id", "language"),
            *("time_zone", "created_at", "updated_at"),
        )
    },
)
BOOKINGS_OF_CLIENT: Final = Listing(
    model=BOOKINGS,
    filters={"status": one_of(BookingStatus), "starts_at": instant},
    spans=("starts_at",),
    sorts=("starts_at", "created_at"),
    default_sort="-starts_at",
    meanings={"client_id": PERSON},
)
TIMELINE: Final = Listing(
    model=CLIENT_TIMELINE,
    filters={"kind": one_of(EntryKind)},
    meanings={"client_id": PERSON},
)
THERE: Final = Where("removed_at", Op.MISSING)
"""What was not removed."""


KnownOnChannel = Annotated[
    str | None,
    Query(
        description="Whoever a provider calls so: `whatsapp:553188888888`, in any form of that account.",
        max_length=250,
        pattern="^[a-z][a-z0-9-]*:[^\\x00]+$",
    ),
]
Suspected = Annotated[bool, Query(description="Those only who may be somebody whom we know.")]


class OnDuplicate(StrEnum):
    """What to do when there is such a client: refuse, or answer with that client."""

    REFUSE = "refuse"
    RETURN = "return"


class ClientBody(ContactBody):
    """No status: a lead when registered, as it was when changed."""

    status: ClientStatus | None = None
    custom_id: Line | None = None
    strategy_id: Line | None = None

    def known(self, caller: Caller) -> dict[str, Any]:
        """Return what commands want to know of a client."""
        contact = self.contact(caller)
        return {
            "contact": contact,
            "custom_id": self.custom_id,
            "strategy_id": self.strategy_id,
            "identities": identities(contact, caller, self.custom_id),
        }


class StatusBody(Body):
    status: ClientStatus


class NoteBody(Body):
    text: Text


class _Merged(Value, frozen=True):
    merged_into: ClientId | None = None


class ClientWithVisits(KnownClient, frozen=True, kw_only=True):
    """`visits` is what the bookings add up to now; it is left out of a client as of the past."""

    visits: Visits | UnsetType = UNSET


@router.post("", status_code=201)
@answers(Row(CLIENTS), refuses=PEOPLE)
def register_client(
    body: ClientBody, caller: MayWrite, on_duplicate: OnDuplicate = OnDuplicate.REFUSE
) -> Response:
    """Register a client; nobody is registered twice under one address, number or custom id."""
    client_id = ClientId(new_id("client"))
    status = body.status or ClientStatus.LEAD
    command = RegisterClient(client_id=client_id, status=status, **body.known(caller))
    try:
        return caller.created(CLIENTS, client_id, command, where="/v1/clients")
    except ClientAlreadyExists as refusal:
        if on_duplicate is OnDuplicate.REFUSE:
            raise
        return caller.shown(CLIENTS, str(refusal.facts["client_id"]))


@router.get("")
@answers(Listed(LISTING))
def list_clients(
    caller: MayRead,
    q: Sought = "",
    known_on: KnownOnChannel = None,
    *,
    suspected: Suspected = False,
) -> Response:
    """List clients; `q` finds them by any part of name, address or number, however typed. Among very
    many a page of what it finds may be short, or empty: go on while there is more. Who was merged is
    found, by `q`, address, number or custom id, and not listed else.
    """
    where = _where(caller, known_on, suspected=suspected)
    return LISTING.answer(caller, where=where, extra=whom(q, caller))


@router.get(".csv", response_class=Response)
@answers(Tabled(LISTING))
@heavy
def get_clients_as_table(
    caller: MayRead,
    q: Sought = "",
    known_on: KnownOnChannel = None,
    encoding: Encoding = Encoding.UTF_8_WITH_MARK,
    *,
    suspected: Suspected = False,
) -> Response:
    """Give all clients that the list would show, as CSV for spreadsheets."""
    where = _where(caller, known_on, suspected=suspected)
    return TABLE.answer(caller, encoding, where=where, extra=whom(q, caller))


def _where(caller: Caller, known_on: str | None, *, suspected: bool) -> list[Where]:
    doubt = [Where("may_be", Op.KNOWN)] if suspected else []
    return [*doubt, *([] if known_on is None else [whoever_is_known(known_on, caller)])]


@router.get("/{client_id}")
@answers(Made(ClientWithVisits, tagged=True))
def get_client(client_id: ids.Client, caller: MayRead) -> Response:
    """Show a client: details, what the bookings add up to, the last visit. Who was merged is shown as who
    stands for them: `Content-Location` says so.
    """
    known = caller.document(CLIENTS, client_id)
    if caller.asks_of_the_past:
        return caller.show(known)
    if is_merged := msgspec.json.decode(known.json, type=_Merged).merged_into is not None:
        client_id = caller.ask(lambda past: survivor(past, client_id))
        known = caller.document(CLIENTS, client_id)
    person = person_of(client_id, caller)
    with caller.asking(CLIENT_VISITS) as (connection, within):
        visits = visits_of(connection, caller.tenant, person, within=within)
    body = known.json[:-1] + b',"visits":' + msgspec.json.encode(visits) + b"}"
    # Visits change without the client: there is an ETag for If-Match, but no 304.
    marks = {"ETag": f'"{known.version}"'} | ({"Consistency": "stream"} if known.from_log else {})
    if is_merged:
        marks["Content-Location"] = f"/v1/clients/{client_id}"
    return Response(body, headers=marks, media_type=JSON)


@router.put("/{client_id}")
@answers(Row(CLIENTS), refuses=PEOPLE)
def change_client(client_id: ids.Client, body: ClientBody, caller: MayWrite) -> Response:
    """Describe a client anew, the whole of it."""
    return described_anew(client_id, body, caller)


@router.put("/{client_id}/status")
@answers(Row(CLIENTS), refuses=PEOPLE)
def change_client_status(client_id: ids.Client, body: StatusBody, caller: MayWrite) -> Response:
    """Say where the business stands with a client."""
    command = ChangeClientStatus(client_id=client_id, status=body.status)
    return caller.changed(CLIENTS, client_id, command)


@router.post("/{client_id}/notes", status_code=201)
@answers(Made(CLIENT_TIMELINE.row), refuses=PEOPLE, any_version=True)
def add_client_note(client_id: ids.Client, body: NoteBody, caller: MayWrite) -> Response:
    """Write a note; it cannot be changed. If-Match is ignored: notes never conflict."""
    note_id = NoteId(new_id("note"))
    answer = caller.order(AddClientNote(client_id=client_id, note_id=note_id, text=body.text))
    note = msgspec.json.encode(note_entry(answer.recorded[0]))
    return Response(note, 201, caller.marks(answer), JSON)


@router.get("/{client_id}/bookings")
@answers(Listed(BOOKINGS_OF_CLIENT))
def list_bookings_of_client(client_id: ids.Client, caller: MayRead) -> Response:
    """List the bookings of a client, newest first."""
    refuse_unknown(caller, client_id)
    return BOOKINGS_OF_CLIENT.answer(caller, where=[of_client(client_id)])


@router.get("/{client_id}/timeline")
@answers(Listed(TIMELINE))
@heavy
def show_client_timeline(client_id: ids.Client, caller: MayRead) -> Response:
    """Show what happened with a client, in order. Notes are for those who work here."""
    refuse_unknown(caller, client_id)
    return TIMELINE.answer(caller, where=[of_client(client_id), THERE])


@router.delete("/{client_id}/personal-data", status_code=204)
@answers(
    Made(Erasure, also=(202,)),
    refuses=(*PEOPLE, TooManyOperations),
    any_version=True,
    at_length=True,
)
@heavy
def erase_client(client_id: ids.Client, caller: MayErase) -> Response:
    """Forget the person: what is personal becomes unreadable for ever, and is taken out of whatever
    was made of it. Answers 202 if that takes longer; `Location` tells how far it is, and what stays:
    an operation, for who prefers not to wait at all.
    """
    if caller.prefers_async:
        return accepted(caller, ERASE_CLIENT, about=client_id, body=_far(client_id, caller))
    until, erasures = time.monotonic() + PATIENCE, _erasures(caller)
    left = erasures.left(caller.tenant, client_id)
    answer = caller.order(Together(commands=erasing({client_id: (), **left})))
    # An erased client books no more; what was booked while we looked is there by now.
    while (left := erasures.left(caller.tenant, client_id)) and time.monotonic() < until:
        caller.order_also(Together(commands=erasing(left)))
    where = {"Location": f"/v1/clients/{client_id}/personal-data", **caller.marks(answer)}
    patience = until - time.monotonic()
    if erasures.finish(caller.tenant, client_id, patience=patience) and not left:
        return Response(status_code=204, headers=where)
    return Response(_far(client_id, caller), 202, where, JSON)


@router.get("/{client_id}/personal-data")
@answers(Made(Erasure), refuses=(ClientNotFound,))
@heavy
def show_erasure(client_id: ids.Client, caller: MayErase) -> Response:
    """Whether a client is erased, how far that is, and what stays although it concerns them."""
    return Response(_far(client_id, caller), media_type=JSON)


def described_anew(
    client_id: ClientId, body: ClientBody, caller: Caller, *, seen: int | None = None
) -> Response:
    """Have a client described, by somebody who saw this version if they name no other."""
    command = ChangeClient(client_id=client_id, status=body.status, **body.known(caller))
    return caller.changed(CLIENTS, client_id, command, seen=seen)


def whom(q: str, caller: Caller) -> list[tuple[str, list[list[str]]]]:
    """Return the condition that a client is whom somebody looks for, if they look for anybody."""
    q = shown(q)
    return [found_by(q, address_or_number_in(q, caller))] if q else []


def whoever_is_known(known: str, caller: Caller) -> Where:
    """Return the condition that a client is known by an id on a channel, or stands for who is."""
    channel, _, id_ = known.partition(":")
    identity = on_channel(channel, id_, caller).identity_id
    owner = caller.ask(lambda past: known_by(past, identity))
    return Where(KEY, Op.IS, [owner] if owner else [])


def of_client(client_id: ClientId) -> Where:
    """Return the condition that something is a client's: a list knows by which of their records."""
    return Where("client_id", Op.IS, [client_id])


def refuse_unknown(caller: Caller, client_id: ClientId) -> None:
    """What is not there, or is others', does not exist for the caller."""
    caller.document(CLIENTS, client_id)


def note_entry(past: Recorded) -> TimelineEntry:
    """Return a note as the timeline will show it."""
    assert isinstance(past.event, ClientNoteAdded)
    return TimelineEntry(
        id=past.event.note_id,
        client_id=past.event.client_id,
        kind=EntryKind.NOTE,
        text=past.event.text,
        by=past.metadata.get("actor"),
        version=1,
        created_at=past.recorded_at,
        updated_at=past.recorded_at,
    )


def _erasures(caller: Caller) -> Erasures:
    return caller.backend.erasures


def _far(client_id: ClientId, caller: Caller) -> bytes:
    return msgspec.json.encode(_erasures(caller).of(caller.tenant, client_id))
