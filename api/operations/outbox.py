"""The mails that would have been sent, where no mail server is configured."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

import msgspec
from fastapi import Response

from api.requests.answers import Made, Paged, answers, of
from api.requests.caller import JSON, Caller
from api.requests.pages import page, question
from api.requests.parsing import text
from api.web.gate import may
from api.web.routing import Router
from application.operations import outbox
from application.operations.outbox import Outbox, OutboxMail
from application.permissions import Permission

MayRead = Annotated[Caller, may(Permission.OUTBOX_READ)]

router: Final = Router(prefix="/v1/outbox", tags=["outbox"])

FILTERS: Final = {"to": text, "about": text}


@router.get("")
@answers(Paged(OutboxMail, FILTERS), refuses=of(outbox))
def list_outbox_mails(caller: MayRead) -> Response:
    """List the mails in the outbox, newest first: `?to=zoe@example.org&about=booking-…`."""
    asked = question(caller, FILTERS)

    def find(before: int | None, limit: int) -> Sequence[OutboxMail]:
        return _outbox(caller).find(caller.tenant, before=before, limit=limit, **asked)

    return page(caller, "outbox", find, lambda mail: mail.number, int)


@router.get("/{mail_id}")
@answers(Made(OutboxMail), refuses=of(outbox))
def get_outbox_mail(mail_id: UUID, caller: MayRead) -> Response:
    """Show one mail: text, HTML and invitation."""
    found = _outbox(caller).get(caller.tenant, mail_id)
    return Response(msgspec.json.encode(found), media_type=JSON)


def _outbox(caller: Caller) -> Outbox:
    return caller.backend.outbox
