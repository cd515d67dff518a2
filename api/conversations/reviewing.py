"""What WhatsApp has of the templates of a business is heard when somebody asks, over HTTP."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Response

from api.requests.answers import Made, answers
from api.requests.caller import JSON, Caller
from api.web.gate import may
from api.web.routing import Router
from application.conversations.reviewing import ACCOUNT
from domain.business.configuration.declared import WhatsappCloud
from domain.conversations.reviews import (
    REVIEWS,
    REVIEWS_ID,
    AskForTemplates,
    TemplatesNotConfigured,
)
from domain.conversations.templates import TEMPLATES

MayRead = Annotated[Caller, may(TEMPLATES.reading)]
MayWrite = Annotated[Caller, may(TEMPLATES.writing)]

router: Final = Router(prefix="/v1/message-templates/synchronisation", tags=[TEMPLATES.many])


class Synchronisation(msgspec.Struct):
    """When all was asked for last, and when it was heard last: so many templates; `left_out` are those that could not
    be read, or are too many. `fault` says why it was not heard: Meta's code, `away`, or `not-configured`.
    """

    is_under_way: bool
    asked_at: datetime | None
    heard_at: datetime | None
    templates: int
    left_out: int
    fault: str | None


@router.post("", status_code=202)
@answers(Made(Synchronisation, has_location=False), refuses=(TemplatesNotConfigured,))
def ask_for_templates(caller: MayWrite) -> Response:
    """Have all templates heard from WhatsApp: how they stand there, and those that are only there, which become ours. It is
    done by itself each day, and when WhatsApp says that one is otherwise.
    """
    caller.refuse_outdated()
    account = caller.backend.configured.values(caller.tenant, ACCOUNT)
    if not isinstance(account, WhatsappCloud) or account.business_account_id is None:
        raise TemplatesNotConfigured
    answer = caller.order(AskForTemplates())
    return Response(_shown(caller), 202, caller.marks(answer), JSON)


@router.get("")
@answers(Made(Synchronisation, has_location=False))
def show_synchronisation(caller: MayRead) -> Response:
    """Show how far it is."""
    return Response(_shown(caller), media_type=JSON)


def _shown(caller: Caller) -> bytes:
    known = caller.ask(lambda past: past.of(REVIEWS, REVIEWS_ID))
    found = Synchronisation(
        is_under_way=known.asked > known.heard,
        asked_at=known.asked_at,
        heard_at=known.heard_at,
        templates=len(known.claims),
        left_out=known.left_out,
        fault=known.fault,
    )
    return msgspec.json.encode(found)
