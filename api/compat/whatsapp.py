"""The chat desk's paths of WhatsApp: what is said there, with whom, what is sent along, and how it does; and where its
worker called.

Of a worker, Evolution is known to us, and of Meta's own calls their signature: one address takes both.
"""

from dataclasses import replace
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import AliasChoices, Field

from api.backend import Backend
from api.compat import OldRouter, Product
from api.compat.conversing import Before, OldWords
from api.conversations import messages, threads, traffic
from api.conversations.threads import MayRead, MayWrite
from api.conversations.traffic import First
from api.files import files
from api.files.files import FileNotReady, Which
from api.operations.inbound import ANYTHING, PUBLIC, Arrived, Said, greet
from api.people import clients, identities
from api.problems.reasons import MERGES, PEOPLE
from api.requests import ids
from api.requests.answers import Listed, Made, Row, answers, of
from api.requests.forms import Body, Text
from api.requests.moments import BoundedDay
from api.web.arriving import raw
from api.web.routing import called
from api.web.turns import heavy
from application.conversations.traffic import Traffic
from application.inbound import refusals
from application.reach import NotFound
from domain.conversations.channels import WHATSAPP
from domain.conversations.threads import ThreadNotFound
from domain.values import TenantId
from projections.conversations.messages import MESSAGES
from projections.paging import Op, Where
from projections.people.clients import CLIENTS

WORKER: Final = "evolution"
SIGNED_BY_META: Final = "x-hub-signature-256"

old_whatsapp: Final = OldRouter(Product.DESK, prefix="/whatsapp", successor="/v1/threads")
old_media: Final = OldRouter(Product.DESK, prefix="/whatsapp/media", successor="/v1/files")
old_contacts: Final = OldRouter(Product.DESK, prefix="/whatsapp/contacts", successor="/v1/clients")
old_analytics: Final = OldRouter(
    Product.DESK, prefix="/whatsapp/analytics", successor="/v1/whatsapp/analytics"
)
old_calls: Final = OldRouter(Product.DESK, prefix="/whatsapp/webhook", successor="/v1/inbound")

ON_WHATSAPP: Final = Where("channel", Op.IS, [WHATSAPP.name])
KNOWN_THERE: Final = (
    "EXISTS (SELECT FROM json_array_elements(r.document -> 'channels') c WHERE c ->> 'channel' = %s)",
    [WHATSAPP.name],
)
CHATS: Final = replace(
    threads.LISTING,
    filters={name: each for name, each in threads.LISTING.filters.items() if name != "channel"},
)
BY_TIME: Final = replace(messages.LISTING, default_sort="said_at", also=("before",))
CONTACTS: Final = replace(clients.LISTING, also=())


# --- What is said -------------------------------------------------------------------------


class OldChatMessage(OldWords):
    """What is said in which chat."""

    chat_id: ids.Thread = Field(validation_alias=AliasChoices("chatId", "chat_id", "threadId"))


class OldMedia(OldWords):
    """Files that one has uploaded, and what is said of them."""

    chat_id: ids.Thread = Field(validation_alias=AliasChoices("chatId", "chat_id", "threadId"))
    text: Text | None = Field(None, validation_alias=AliasChoices("caption", "content", "text"))
    attachments: Annotated[
        list[ids.File],
        Field(
            min_length=1,
            max_length=messages.MOST_FILES,
            validation_alias=AliasChoices("attachments", "attachmentIds", "mediaIds"),
        ),
    ]


@old_whatsapp.get("/chats")
@answers(Listed(CHATS))
def list_old_chats(caller: MayRead, *, archived: threads.Archived = False) -> Response:
    """List what is said with whom on WhatsApp, the liveliest first."""
    return CHATS.answer(caller, where=[ON_WHATSAPP, *([] if archived else [threads.THERE])])


@old_whatsapp.get("/chats/{thread_id}/messages")
@answers(Listed(BY_TIME), refuses=(ThreadNotFound,))
def list_messages_of_old_chat(
    thread_id: ids.Thread, caller: MayRead, before: Before = None
) -> Response:
    """List what was said in a chat, by the time at which it was said there, and then by its place here."""
    where = [] if before is None else [Where("sequence", Op.BELOW, before)]
    return messages.listed(BY_TIME, thread_id, caller, *where)


@old_whatsapp.post("/messages", status_code=202)
@answers(Row(MESSAGES), refuses=messages.POSTING)
def post_old_chat_message(body: OldChatMessage, caller: MayWrite) -> Response:
    """Say something in a chat: it goes out when its turn comes, and its status says how far it is."""
    return _accepted(messages.post_message(body.chat_id, body.said(), caller))


@old_whatsapp.post("/send-media", status_code=202)
@answers(Row(MESSAGES), refuses=messages.POSTING)
def post_old_media(body: OldMedia, caller: MayWrite) -> Response:
    """Send files in a chat that one has uploaded."""
    return _accepted(messages.post_message(body.chat_id, body.said(), caller))


old_whatsapp.post("/send", status_code=202)(post_old_chat_message)


def _accepted(response: Response) -> Response:
    response.status_code = 202
    return response


# --- What is sent along -------------------------------------------------------------------


@old_media.get("/{file_id}", status_code=302)
@answers(refuses=(FileNotReady, *files.ORDERED))
def get_old_media(file_id: ids.File, caller: files.MayRead, size: Which | None = None) -> Response:
    """Lead to the bytes of a file that was sent with a message: never to where it lies at Meta."""
    return files.led_to(caller, file_id, size)


# --- With whom ----------------------------------------------------------------------------


class OldLink(Body):
    client_id: ids.Client = Field(validation_alias=AliasChoices("clientId", "client_id"))


@old_contacts.get("")
@answers(Listed(CONTACTS))
def list_old_contacts(caller: clients.MayRead) -> Response:
    """List who is known on WhatsApp, with or without a number."""
    return CONTACTS.answer(caller, extra=[KNOWN_THERE])


@old_contacts.post("/{client_id}/link")
@answers(Row(CLIENTS), refuses=(*PEOPLE, *MERGES))
def link_old_contact(client_id: ids.Client, body: OldLink, caller: clients.MayWrite) -> Response:
    """Say that a contact is a client whom one knows: what happened with both is one history from then on."""
    sources = identities.MergeBody(sources=[client_id])
    return identities.merge_clients(body.client_id, sources, caller)


# --- How it does --------------------------------------------------------------------------


@old_analytics.get("")
@answers(Made(Traffic), refuses=traffic.REFUSES)
@heavy
def show_old_analytics(
    caller: MayRead, first: First = None, until: BoundedDay | None = None
) -> Response:
    """Show how many messages came and went on each day, how far they got, and how soon people were answered."""
    return traffic.show_whatsapp_analytics(caller, first, until)


# --- Where its worker calls ---------------------------------------------------------------


@old_calls.post("/{tenant}", response_class=PlainTextResponse, openapi_extra={**PUBLIC, **ANYTHING})
@answers(refuses=of(refusals), records=False)
@called
@raw
def take_old_call(tenant: UUID, arrival: Arrived, request: Request) -> Response:
    """Take a call of the worker, or of Meta where it is signed as theirs are."""
    backend: Backend = request.app.state.backend
    by_meta = SIGNED_BY_META.encode() in dict(request.scope["headers"])
    proven = partial(backend.limits.count_callback, request.scope, str(tenant))
    provider = WHATSAPP.name if by_meta else WORKER
    backend.reception.take(TenantId(str(tenant)), provider, arrival, proven)
    return PlainTextResponse("")


@old_calls.get("/{tenant}", response_class=PlainTextResponse, openapi_extra=PUBLIC)
@answers(refuses=(*of(refusals), NotFound))
@called
def greet_at_old_address(
    tenant: UUID,
    request: Request,
    token: Annotated[Said, Query(alias="hub.verify_token")] = "",
    challenge: Annotated[Said, Query(alias="hub.challenge")] = "",
    mode: Annotated[Said, Query(alias="hub.mode")] = "subscribe",
) -> Response:
    """Answer the handshake by which Meta finds out that this address is ours."""
    return greet(tenant, WHATSAPP.name, request, token, challenge, mode)


ROUTERS: Final[tuple[APIRouter, ...]] = (
    old_whatsapp,
    old_media,
    old_contacts,
    old_analytics,
    old_calls,
)
