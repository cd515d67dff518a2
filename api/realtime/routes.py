"""Where pages ask to what they connect, and by what they may listen there."""

from typing import Annotated, Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec
import structlog
from fastapi import Response

from api.problems.refusals import BodyMalformed
from api.requests.answers import Made, answers
from api.requests.caller import JSON, Caller
from api.web.arriving import raw
from api.web.gate import bearer, may
from api.web.routing import Router
from application.feed import EVERYTHING, Admission
from application.permissions import Permission
from application.publishing.events import refuse_less
from application.realtime import (
    App,
    Channel,
    ChannelNotAllowed,
    Signed,
    SocketUnknown,
    channel_of,
    own_app,
    refuse_unnamed,
    refuse_unseen,
    signed,
    signed_in,
)
from domain.business.configuration.declared import Pusher

log = structlog.get_logger()

MayListen = Annotated[Caller, may(Permission.ACCOUNT_READ)]

router: Final = Router(prefix="/v1/realtime", tags=["feed"])

OURS: Final = "frontdesk"
OF_PUSHER: Final = "pusher.com"
ASKED: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "As pusher-js sends it. Without a channel, one signs in.",
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "socket_id": {"type": "string"},
                        "channel_name": {"type": "string"},
                    },
                    "required": ["socket_id"],
                }
            }
        },
    }
}


class Realtime(msgspec.Struct):
    """What to give to pusher-js: the key, where to connect, and where to ask who may."""

    key: str
    host: str
    port: int
    tls: bool
    cluster: str
    auth_endpoint: str


@router.get("/config")
@answers(Made(Realtime))
def show_realtime_config(caller: MayListen) -> Response:
    """Show where to listen by Pusher's protocol: at this API, or at the app that the business has configured."""
    values = _configured(caller)
    found = _here(caller) if values is None else _there(values)
    return Response(msgspec.json.encode(found), media_type=JSON)


@router.post("/auth", openapi_extra=ASKED)
@answers(
    Made(Signed, has_location=False),
    refuses=(BodyMalformed, ChannelNotAllowed, SocketUnknown),
    records=False,
)
@raw
def authorise_listening(caller: MayListen) -> Response:
    """Let somebody listen to a private or presence channel, or sign in, by what they show to the server."""
    caller.refuse_outdated()
    socket_id, name = _asked(caller.body)
    refuse_unnamed(socket_id)
    values = _configured(caller)
    if name is None:
        said = signed_in(_app(caller, values), socket_id, caller.principal)
    else:
        said = _listening(caller, values, socket_id, name)
    return Response(msgspec.json.encode(said), media_type=JSON)


def _listening(caller: Caller, values: Pusher | None, socket_id: str, name: str) -> Signed:
    channel = _seen(caller, name, is_published=values is not None)
    ticket = None if values is not None else caller.backend.tickets.issue(_admission(caller))
    return signed(_app(caller, values), socket_id, channel, caller.principal, ticket)


def _seen(caller: Caller, name: str, *, is_published: bool) -> Channel:
    """Return a channel that they may listen to; why not, is noted without any secret. Raises ChannelNotAllowed."""
    allowed = False
    try:
        channel = channel_of(name)
        caller.ask(lambda past: refuse_unseen(channel, caller.principal, past))
        if is_published:
            refuse_less(channel, caller.principal)
        allowed = True
    finally:
        log.debug("realtime", allowed=allowed, channel=name[:164], user=caller.principal.user_id)
    return channel


def _asked(body: bytes) -> tuple[str, str | None]:
    """Return the socket and the channel that a body names. Raises BodyMalformed."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=10)
    except ValueError:
        raise BodyMalformed from None
    return fields.get("socket_id", [""])[0], fields.get("channel_name", [None])[0]


def _admission(caller: Caller) -> Admission:
    ends_at = caller.backend.ends(bearer(caller.request.scope))
    return Admission(principal=caller.principal, ends_at=ends_at, wanted=EVERYTHING)


def _configured(caller: Caller) -> Pusher | None:
    found = caller.backend.configured.values(caller.tenant, "pusher")
    return found if isinstance(found, Pusher) else None


def _app(caller: Caller, values: Pusher | None) -> App:
    if values is None:
        return own_app(caller.tenant, caller.backend.pepper)
    return App(values.key, (values.secret.value or "").encode())


def _here(caller: Caller) -> Realtime:
    ours = urlsplit(caller.backend.public_url or str(caller.request.base_url))
    tls = ours.scheme == "https"
    return Realtime(
        key=caller.tenant,
        host=ours.hostname or "",
        port=ours.port or (443 if tls else 80),
        tls=tls,
        cluster=OURS,
        auth_endpoint=AUTH,
    )


def _there(values: Pusher) -> Realtime:
    """Pusher itself is spoken to at one host, and listened to at another of the same cluster."""
    host, cluster = values.host, OURS
    if host.endswith(f".{OF_PUSHER}"):
        cluster = host.removesuffix(f".{OF_PUSHER}").removeprefix("api-")
        host = f"ws-{cluster}.{OF_PUSHER}"
    return Realtime(
        key=values.key, host=host, port=values.port, tls=True, cluster=cluster, auth_endpoint=AUTH
    )


AUTH: Final = f"{router.prefix}/auth"
