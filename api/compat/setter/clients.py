"""Clients as the appointment setter knew them.

There each was a user's; here all are the business's: `userId` is looked up and comes back as null.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import msgspec
from fastapi import Response
from pydantic import Field

from api.compat import OldRouter, Product
from api.compat.pages import OldListing, each
from api.compat.setter.shapes import CAMEL, reshaped
from api.people import clients
from api.problems.reasons import PEOPLE
from api.requests import ids
from api.requests.answers import Listed, Made, answers
from api.requests.caller import JSON, Caller
from api.requests.forms import Body, Email, Line, Phone, Sought
from application.people.people import records
from application.permissions import PermissionMissing
from domain.conversations.participants import is_staff
from domain.people.clients import ClientStatus
from domain.values import ClientId
from projections.files.files import address_of
from projections.paging import Op, Sort, Where, page
from projections.people.client_timeline import CLIENT_TIMELINE, EntryKind, TimelineEntry
from projections.people.clients import CLIENTS, KnownClient
from projections.scheduling.professionals import PROFESSIONALS

WHERE: Final = "/client"
LAST: Final = 100
"""Messages that are shown with a client."""

router: Final = OldRouter(Product.SETTER, prefix=WHERE, successor="/v1/clients")


class OldClient(msgspec.Struct, kw_only=True, rename="camel"):
    id: str
    user_id: None = None
    strategy_id: str | None
    name: str
    custom_id: str | None
    status: ClientStatus
    email: str | None
    phone: str | None
    version: int
    created_at: datetime | None
    updated_at: datetime | None


class OldAttachment(msgspec.Struct, kw_only=True, rename="camel"):
    """`url` leads to it whoever sees the message."""

    id: str
    url: str


class OldMessage(msgspec.Struct, kw_only=True, rename="camel"):
    id: str
    role: str
    content: str
    attachments: list[OldAttachment]
    created_at: datetime | None


class ShownClient(OldClient, kw_only=True, rename="camel"):
    """`messageHistory` is what was last said with them, in order: by a `user`, which is they, or an `assistant`."""

    message_history: list[OldMessage]


def _client(document: bytes) -> bytes:
    known = msgspec.json.decode(document, type=KnownClient)
    same = {name: getattr(known, name) for name in OldClient.__struct_fields__ if name != "user_id"}
    return msgspec.json.encode(OldClient(**same))


LISTING: Final = OldListing(
    listing=replace(
        clients.LISTING, aliases={"customId": "custom_id", "strategyId": "strategy_id"}
    ),
    sorts={"name": "sort_name"},
    shape=each(_client),
)


class ChangedClient(Body):
    """What is not named stays."""

    model_config = CAMEL

    user_id: ids.Professional | None = None
    strategy_id: Line | None = None
    name: Line = Field(default_factory=str)  # or not named: null is no name
    custom_id: Line | None = None
    status: ClientStatus | None = None
    email: Email | None = None
    phone: Phone | None = None

    def named(self, caller: Caller) -> dict[str, Any]:
        """Return what is named, as `/v1` calls it. Raises NotFound for a user who is not there."""
        if self.user_id is not None:
            caller.document(PROFESSIONALS, self.user_id)
        return self.model_dump(exclude_unset=True, exclude={"user_id"})


class NewClient(ChangedClient):
    name: Line


@router.post("", status_code=201)
@answers(Made(OldClient, tagged=True), refuses=PEOPLE)
def create_old_client(
    body: NewClient,
    caller: clients.MayWrite,
    on_duplicate: clients.OnDuplicate = clients.OnDuplicate.REFUSE,
) -> Response:
    """Register a client, as a lead if nothing else is said."""
    new = clients.ClientBody(**body.named(caller))
    return reshaped(clients.register_client(new, caller, on_duplicate), _client, WHERE)


@router.get("")
@answers(Listed(LISTING, always_numbered=True))
def list_old_clients(caller: clients.MayRead, q: Sought = "") -> Response:
    """List clients: `?custom_id=&status=&q=&page=&limit=&sortBy=&sortOrder=`."""
    return LISTING.numbered(caller, extra=clients.whom(q, caller))


@router.get("/{client_id}")
@answers(Made(ShownClient, tagged=True))
def get_old_client(client_id: ids.Client, caller: clients.MayRead) -> Response:
    """Show a client, with what was last said with them, to who sees that."""
    document = caller.document(CLIENTS, client_id)
    known = msgspec.json.decode(_client(document.json), type=OldClient)
    fields = {name: getattr(known, name) for name in known.__struct_fields__}
    shown = ShownClient(**fields, message_history=_said_with(client_id, caller))
    return Response(msgspec.json.encode(shown), headers=caller.tags(document), media_type=JSON)


def _said_with(client_id: ClientId, caller: Caller) -> list[OldMessage]:
    """Return what was last said with somebody, in order; nothing, to who does not see that."""
    whose = Where("client_id", Op.IS, [*caller.ask(lambda past: records(past, client_id))])
    with suppress(PermissionMissing), caller.asking(CLIENT_TIMELINE) as (connection, within):
        found = page(
            connection,
            CLIENT_TIMELINE,
            caller.tenant,
            within=within,
            where=[whose, Where("kind", Op.IS, [EntryKind.MESSAGE])],
            sort=Sort("created_at", descending=True),
            limit=LAST,
        )
        entries = [msgspec.json.decode(each, type=TimelineEntry) for each in found.documents]
        return [_message(each) for each in reversed(entries)]
    return []


def _message(entry: TimelineEntry) -> OldMessage:
    role = "assistant" if entry.author is None or is_staff(entry.author) else "user"
    attached = [OldAttachment(id=each, url=address_of(each)) for each in entry.files]
    return OldMessage(
        id=entry.id,
        role=role,
        content=entry.text or "",
        attachments=attached,
        created_at=entry.created_at,
    )


@router.put("/{client_id}")
@answers(Made(OldClient, tagged=True), refuses=PEOPLE)
def change_old_client(
    client_id: ids.Client, body: ChangedClient, caller: clients.MayWrite
) -> Response:
    """Change what is named of a client."""
    caller.refuse_clients()
    known = caller.folded(CLIENTS, client_id)
    row = msgspec.json.decode(known.json, type=KnownClient)
    as_is = {name: getattr(row, name) for name in clients.ClientBody.model_fields}
    whole = clients.ClientBody(**as_is | body.named(caller))
    changed = clients.described_anew(client_id, whole, caller, seen=known.version)
    return reshaped(changed, _client, WHERE)
