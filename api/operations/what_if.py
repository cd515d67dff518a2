"""What would have been by other rules: asked for as long work, and told as a file."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Response

from api.requests.answers import Made, answers
from api.requests.at_length import Operation, accepted
from api.requests.caller import Caller
from api.requests.forms import Body
from api.requests.values import form_of
from api.sales.scoring import WeightsBody
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.dispatch import IdempotencyKeyReused
from application.operations.long_operations import WHAT_IF, TooManyOperations
from application.permissions import Permission
from application.what_if.policies import BookingRules, Policy, PolicyEmpty, refuse_impossible
from domain.sales.scores import WeightsContradict
from domain.scheduling.professionals import InvalidSettings

MayManage = Annotated[Caller, may(Permission.TENANT_MANAGE)]

BookingRulesBody: Any = form_of(
    BookingRules, {}, examples=(BookingRules(notice_minutes=1440, horizon_days=90),)
)

router: Final = Router(prefix="/v1/what-if", tags=["operations"])


class PolicyBody(Body):
    """Other weights, the whole of them as for `/v1/scoring`; or other rules of bookings, of which those that
    are not named stay as they were; or both.
    """

    scoring: WeightsBody | None = None
    bookings: BookingRulesBody | None = None

    def policy(self) -> Policy:
        """Return the value. Raises PolicyEmpty, WeightsContradict, InvalidSettings."""
        policy = msgspec.convert(self.model_dump(), Policy)
        refuse_impossible(policy)
        return policy


@router.post("", status_code=202)
@answers(
    Made(Operation),
    refuses=(
        PolicyEmpty,
        WeightsContradict,
        InvalidSettings,
        TooManyOperations,
        IdempotencyKeyReused,
    ),
    any_version=True,
)
@heavy
def ask_what_if(body: PolicyBody, caller: MayManage) -> Response:
    """Have it found out what other weights, or other rules of bookings, would have made of all that has
    happened; nothing is recorded. The `result` adds it up. The file of the operation has a line of JSON for
    each lead (`"kind":"lead"`) of which the temperature or the follow-up would have been another, now or at
    some moment, with both and with the parts of the score that differ; and one for each decision on a
    booking (`"kind":"booking"`) that would have been refused, with the code: each by itself, on what was
    known when it was made.
    """
    caller.refuse_outdated()
    policy = body.policy()
    given = msgspec.to_builtins(policy)
    return accepted(caller, WHAT_IF, about=policy.about, given=given)
