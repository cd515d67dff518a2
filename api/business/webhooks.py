"""What webhooks have besides being records: with what we sign, what became of what was sent, what is sent again,
and fetching the same where nobody can be called.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query, Response
from pydantic import StringConstraints

from api.feed.asked import Named as Asked
from api.feed.asked import Names, Place, listed, place_of, wanted_by
from api.feed.ending import named
from api.requests.answers import Made, Paged, answers
from api.requests.caller import JSON, Caller
from api.requests.forms import Body
from api.requests.ids import id_of
from api.requests.pages import page, question
from api.requests.parsing import one_of
from api.web.gate import may
from api.web.routing import Router
from application.feed import EVERYTHING, PositionExpired, is_heard
from application.ports import Bookmark, PositionUnknown
from application.webhooks.keys import Keyring, SigningKeys
from application.webhooks.log import (
    MOST_REPLAYED,
    DeliveryLogged,
    DeliveryNotFound,
    DeliveryShown,
    DeliveryState,
    Message,
    message_of,
)
from domain.business.webhooks import WEBHOOKS, WebhookEndpoint
from domain.records import there

MayRead = Annotated[Caller, may(WEBHOOKS.reading)]
MayWrite = Annotated[Caller, may(WEBHOOKS.writing)]
EndpointId = Annotated[str, id_of(WEBHOOKS.one)]
DeliveryId = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,17}-[0-9a-f]{16}$")]
Limit = Annotated[int, Query(ge=1, le=500)]

THERE: Final = (WEBHOOKS.not_found, WEBHOOKS.is_removed)
FILTERS: Final = {"state": one_of(DeliveryState)}

polling: Final = Router(prefix="/v1/webhooks/poll", tags=[WEBHOOKS.many])
router: Final = Router(prefix="/v1/webhooks/{webhook_endpoint_id}", tags=[WEBHOOKS.many])


class Polled(msgspec.Struct):
    """What would have been sent, in order. `position` is what to go on `after`."""

    data: list[Message]
    position: str
    has_more: bool


class Replay(Body):
    """Which deliveries are sent again: those in this `state`, from the `first` to the `last`, all where nothing is
    said.
    """

    state: DeliveryState | None = None
    first: DeliveryId | None = None
    last: DeliveryId | None = None


class Replayed(msgspec.Struct):
    """How many are sent again. Where there are `more`, ask again from there."""

    replayed: int
    more: bool


@polling.get("")
@answers(Made(Polled), refuses=(PositionUnknown, PositionExpired))
def poll(
    caller: MayWrite,
    after: Place = "0",
    types: Names | None = None,
    areas: Names | None = None,
    limit: Limit = 100,
) -> Response:
    """Fetch what webhooks are told, where nobody can be called: the same events with the same ids, behind the
    position `after`, from the beginning of what is kept without one.
    """
    wanted = wanted_by(caller, Asked(types=listed(types), areas=listed(areas)))
    feed, place = caller.backend.feed, place_of(after) or Bookmark()
    heard = feed.read(caller.tenant, place, wanted, most=limit)
    found = [message_of(each) for each in heard.by(caller.principal, wanted)]
    return _shown(Polled(found, named(heard.reached), heard.more))


@router.get("/secret")
@answers(Made(SigningKeys), refuses=THERE)
def show_secret(webhook_endpoint_id: EndpointId, caller: MayWrite) -> Response:
    """Show what whoever receives needs to see that something is from us (Standard Webhooks): the secrets of `v1`,
    and the public keys of `v1a`. For a day after a new one there are two of each, and both count.
    """
    endpoint = _endpoint(caller, webhook_endpoint_id)
    keys = Keyring(caller.backend.pepper)
    return _shown(keys.shown(caller.tenant, webhook_endpoint_id, endpoint, caller.now))


@router.get("/deliveries")
@answers(Paged(DeliveryLogged, FILTERS), refuses=THERE)
def list_deliveries(webhook_endpoint_id: EndpointId, caller: MayRead) -> Response:
    """List what was sent to an endpoint, and is to be, the newest event first: `?state=exhausted`."""
    _endpoint(caller, webhook_endpoint_id)
    asked = question(caller, FILTERS)

    def find(before: int | None, limit: int) -> Sequence[DeliveryLogged]:
        log, id_ = caller.backend.webhooks, webhook_endpoint_id
        return log.find(caller.tenant, id_, before=before, limit=limit, **asked)

    return page(caller, "webhook-deliveries", find, lambda one: _place(one.id).position, int)


@router.get("/deliveries/{delivery_id}")
@answers(Made(DeliveryShown), refuses=(*THERE, DeliveryNotFound))
def show_delivery(
    webhook_endpoint_id: EndpointId, delivery_id: DeliveryId, caller: MayRead
) -> Response:
    """Show each attempt at one, and what is sent: made of the log at this moment, so that what was erased is
    not in it.
    """
    place, backend = _place(delivery_id), caller.backend
    found = backend.webhooks.get(caller.tenant, webhook_endpoint_id, place)
    happening = backend.feed.at(caller.tenant, place)
    said = None
    if happening is not None and is_heard(happening, caller.principal, EVERYTHING):
        endpoint = _endpoint(caller, webhook_endpoint_id)
        made_at = backend.webhooks.made_at(caller.tenant, webhook_endpoint_id)
        said = message_of(happening, thin=endpoint.thin, as_of=endpoint.told_as_of or made_at)
    return _shown(DeliveryShown(found, said))


@router.post("/replay")
@answers(Made(Replayed), refuses=THERE, records=False)
def replay(webhook_endpoint_id: EndpointId, body: Replay, caller: MayWrite) -> Response:
    """Send again what was sent, or could not be: one, a range, all that failed (`exhausted`), with the ids that they
    have. What is sent again of a thing comes before what waits of it.
    """
    caller.refuse_outdated()
    _endpoint(caller, webhook_endpoint_id)
    number = caller.backend.webhooks.replay(
        caller.tenant,
        webhook_endpoint_id,
        state=body.state,
        first=_place(body.first).position if body.first else None,
        last=_place(body.last).position if body.last else None,
    )
    return _shown(Replayed(number, more=number == MOST_REPLAYED))


def _place(id_: str) -> Bookmark:
    return Bookmark.of(id_.replace("-", "."))


def _shown(answer: Any) -> Response:
    return Response(msgspec.json.encode(answer), media_type=JSON)


def _endpoint(caller: Caller, id_: str) -> WebhookEndpoint:
    """Return what is in use. Raises the refusals of what is not."""
    record = there(WEBHOOKS, caller.ask(lambda past: past.of(WEBHOOKS.aggregate, id_)))
    if record.values is None or not record.active:
        raise WEBHOOKS.is_removed
    return record.values
