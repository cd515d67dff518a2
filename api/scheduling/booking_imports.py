"""Importing bookings: who came to whom, and when, as another system has it."""

from typing import Annotated, Final

from fastapi import Response
from pydantic import Field

from api.requests.answers import Made, answers
from api.requests.at_length import Operation, accepted
from api.requests.caller import Caller
from api.requests.forms import Body, Line, TimeZone
from api.requests.moments import BoundedLocalTime
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.business.tenants import zone_of
from application.dispatch import IdempotencyKeyReused
from application.operations.long_operations import IMPORT_BOOKINGS, TooManyOperations
from application.permissions import Permission

MayImport = Annotated[Caller, may(Permission.BOOKINGS_OVERRIDE)]

MOST: Final = 500
"""Attempts of one import: some seconds of work."""

router: Final = Router(prefix="/v1/bookings/imports", tags=["bookings"])


class AttemptBody(Body):
    """An hour that somebody had of a provider, by the clock on the wall. The same `id` again is the
    same booking.
    """

    id: Line
    kind: Line
    provider: Line
    starts_at: BoundedLocalTime

    def given(self) -> dict[str, str]:
        """Return it as it is kept."""
        return {
            "id": self.id,
            "kind": self.kind,
            "provider": self.provider,
            "local_start": self.starts_at.isoformat(),
        }


class ImportBody(Body):
    """Attempts at bookings, in the order in which they are tried; no time zone: the business's own."""

    attempts: Annotated[list[AttemptBody], Field(min_length=1, max_length=MOST)]
    time_zone: TimeZone | None = None


@router.post("", status_code=202)
@answers(Made(Operation), refuses=(TooManyOperations, IdempotencyKeyReused), any_version=True)
@heavy
def import_bookings(body: ImportBody, caller: MayImport) -> Response:
    """Book an hour for each attempt; providers become professionals. What overlaps is refused, and told
    of in the result; what was imported before is not booked again.
    """
    time_zone = body.time_zone or caller.ask(lambda past: zone_of(caller.principal.tenant_id, past))
    given = {"attempts": [each.given() for each in body.attempts], "time_zone": time_zone}
    return accepted(caller, IMPORT_BOOKINGS, about="bookings", given=given)
