"""What read models and processes have set aside because it failed, and what an operator does."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Response
from pydantic import StringConstraints

from api.requests.answers import Made, Paged, answers, of
from api.requests.at_length import Operation, accepted
from api.requests.caller import Caller
from api.requests.forms import Body
from api.requests.pages import page, question
from api.requests.parsing import text
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.dispatch import IdempotencyKeyReused
from application.operations import parked
from application.operations.long_operations import (
    REBUILD_READ_MODEL,
    ReadModelNotFound,
    TooManyOperations,
)
from application.operations.parked import ParkedKey, ParkedKeys
from application.permissions import Permission
from domain.fields import ANY_TEXT
from projections import READ_MODELS

MayManage = Annotated[Caller, may(Permission.READ_MODELS_MANAGE)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=ANY_TEXT)]
ModelName = Annotated[str, StringConstraints(max_length=63, pattern="^[a-z_]+$")]

router: Final = Router(prefix="/v1/read-models", tags=["read models"])

FILTERS: Final = {"consumer": text}


NAMES: Final = frozenset(model.name for model in READ_MODELS)


class ParkedBody(Body):
    """Of whom, and which key: both as the list gives them."""

    consumer: Name
    key: Name


@router.get("/parked")
@answers(Paged(ParkedKey, FILTERS))
def list_parked(caller: MayManage) -> Response:
    """List the keys that were set aside: where each failed, at what, since when."""
    asked = question(caller, FILTERS)

    def find(after: tuple[str, str] | None, limit: int) -> Sequence[ParkedKey]:
        return _desk(caller).find(caller.tenant, after=after, limit=limit, **asked)

    return page(caller, "parked", find, lambda key: (key.consumer, key.key), tuple[str, str])


@router.post("/parked/retry", status_code=204)
@answers(refuses=of(parked), records=False)
@heavy
def retry_parked(body: ParkedBody, caller: MayManage) -> Response:
    """Let a key take part again, from where it failed; what fails again stays set aside."""
    _desk(caller).retry(caller.tenant, body.consumer, body.key)
    return Response(status_code=204)


@router.post("/{read_model}/rebuild", status_code=202)
@answers(
    Made(Operation),
    refuses=(ReadModelNotFound, TooManyOperations, IdempotencyKeyReused),
    any_version=True,
)
@heavy
def rebuild_read_model(read_model: ModelName, caller: MayManage, *, anew: bool = False) -> Response:
    """Rebuild a read model of all businesses from the whole log, beside the one that is asked meanwhile,
    and switch to it. What was begun before is gone on with, unless `anew`.
    """
    if read_model not in NAMES:
        raise ReadModelNotFound
    return accepted(caller, REBUILD_READ_MODEL, about=read_model, given={"anew": anew})


def _desk(caller: Caller) -> ParkedKeys:
    return caller.backend.parked
