"""What webhooks have besides being records: with what we sign."""

from typing import Annotated, Final

import msgspec
from fastapi import Response

from api.requests.answers import Made, answers
from api.requests.caller import JSON, Caller
from api.requests.ids import id_of
from api.web.gate import may
from api.web.routing import Router
from application.webhooks.keys import Keyring, SigningKeys
from domain.business.webhooks import WEBHOOKS, WebhookEndpoint
from domain.records import there

MayWrite = Annotated[Caller, may(WEBHOOKS.writing)]
EndpointId = Annotated[str, id_of(WEBHOOKS.one)]

router: Final = Router(prefix="/v1/webhooks/{webhook_endpoint_id}", tags=[WEBHOOKS.many])


@router.get("/secret")
@answers(Made(SigningKeys), refuses=(WEBHOOKS.not_found, WEBHOOKS.is_removed))
def show_secret(webhook_endpoint_id: EndpointId, caller: MayWrite) -> Response:
    """Show what whoever receives needs to see that something is from us (Standard Webhooks): the secrets of `v1`,
    and the public keys of `v1a`. For a day after a new one there are two of each, and both count.
    """
    endpoint = _endpoint(caller, webhook_endpoint_id)
    keys = Keyring(caller.backend.pepper)
    shown = keys.shown(caller.tenant, webhook_endpoint_id, endpoint, caller.now)
    return Response(msgspec.json.encode(shown), media_type=JSON)


def _endpoint(caller: Caller, id_: str) -> WebhookEndpoint:
    """Return what is in use. Raises the refusals of what is not."""
    record = there(WEBHOOKS, caller.ask(lambda past: past.of(WEBHOOKS.aggregate, id_)))
    if record.values is None or not record.active:
        raise WEBHOOKS.is_removed
    return record.values
