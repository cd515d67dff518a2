"""What providers have sent, as far as an operator is shown it: what waits or is parked, and what of it is to
be understood again. What was said is shown to whoever runs the system, and to nobody over HTTP.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Response

from api.requests import ids
from api.requests.answers import Made, Paged, answers, of
from api.requests.caller import JSON, Caller
from api.requests.pages import page, question
from api.requests.parsing import one_of, text
from api.web.gate import may
from api.web.routing import Router
from application.inbound import Receipt, Receipts, ReceiptState, receipts
from application.permissions import Permission

MayManage = Annotated[Caller, may(Permission.RECEIPTS_MANAGE)]

router: Final = Router(prefix="/v1/receipts", tags=["receipts"])

FILTERS: Final = {"state": one_of(ReceiptState), "provider": text}


@router.get("")
@answers(Paged(Receipt, FILTERS), refuses=of(receipts))
def list_receipts(caller: MayManage) -> Response:
    """List what providers have sent to one's own business, by when it came:
    `?state=parked&provider=stripe`. What they have sent to all is listed by `frontdesk receipts`.
    """
    asked = question(caller, FILTERS)

    def find(after: tuple[datetime, str] | None, limit: int) -> Sequence[Receipt]:
        return _receipts(caller).find(caller.tenant, after=after, limit=limit, **asked)

    return page(
        caller, "receipts", find, lambda each: (each.received_at, each.id), tuple[datetime, str]
    )


@router.get("/{receipt_id}")
@answers(Made(Receipt), refuses=of(receipts))
def get_receipt(receipt_id: ids.Receipt, caller: MayManage) -> Response:
    """Show of one call how far it is, and what came of it."""
    return _shown(_receipts(caller).get(caller.tenant, receipt_id))


@router.post("/{receipt_id}/replay")
@answers(Made(Receipt), refuses=of(receipts), records=False)
def replay_receipt(receipt_id: ids.Receipt, caller: MayManage) -> Response:
    """Let a call be understood again, whatever came of it: what was done is not done twice."""
    return _shown(_receipts(caller).replay(caller.tenant, receipt_id))


@router.post("/{receipt_id}/discard")
@answers(Made(Receipt), refuses=of(receipts), records=False)
def discard_receipt(receipt_id: ids.Receipt, caller: MayManage) -> Response:
    """Discard a call that nobody will understand. It is deleted 30 days later."""
    return _shown(_receipts(caller).discard(caller.tenant, receipt_id))


def _receipts(caller: Caller) -> Receipts:
    return caller.backend.receipts


def _shown(receipt: Receipt) -> Response:
    return Response(msgspec.json.encode(receipt), media_type=JSON)
