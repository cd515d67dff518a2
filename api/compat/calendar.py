"""The salon's paths of when one works, when one does not, and what is free."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from api.compat import OldRouter, Product
from api.problems.reasons import FREE, WORKING
from api.requests import ids
from api.requests.answers import Made, Row, answers
from api.requests.caller import Caller
from api.requests.forms import TimeZone
from api.scheduling import time_blocks
from api.scheduling.availability import Cursor, FreeSlots, MayRead, Moment, answered
from api.scheduling.professionals import MayWrite, SettingsBody, change_professional_settings
from api.web.turns import heavy
from application.reach import NotFound
from application.scheduling.availability import Wish
from domain.values import ProfessionalId
from projections.scheduling.professionals import PROFESSIONALS

availability: Final = OldRouter(
    Product.BEAUTY, prefix="/availability", successor="/v1/availability"
)
blocks: Final = OldRouter(Product.BEAUTY, prefix="/time-blocks", successor="/v1/time-blocks")
settings: Final = OldRouter(
    Product.BEAUTY, prefix="/profiles/business-settings", successor="/v1/professionals"
)


@availability.get("")
@answers(Made(FreeSlots), refuses=FREE)
@heavy
def show_availability(
    caller: MayRead,
    professional: ids.Professional | None = None,
    service: ids.Service | None = None,
    first: Annotated[Moment | None, Query(alias="from")] = None,
    last: Annotated[Moment | None, Query(alias="to")] = None,
    tz: TimeZone | None = None,
    moving: ids.Booking | None = None,
    cursor: Cursor | None = None,
) -> Response:
    """Show free slots, a page of them, as `/v1` does."""
    wish = Wish(
        professional_id=professional,
        service_id=service,
        moving=moving,
        first=first,
        last=last,
        time_zone=tz,
    )
    return answered(caller, wish, cursor)


@settings.get("")
@answers(Row(PROFESSIONALS), refuses=FREE)
def get_own_settings(caller: MayRead) -> Response:
    """Show one's own hours and rules."""
    return caller.shown(PROFESSIONALS, _oneself(caller))


@settings.put("")
@answers(Row(PROFESSIONALS), refuses=WORKING)
def change_own_settings(body: SettingsBody, caller: MayWrite) -> Response:
    """Change one's own hours and rules."""
    return change_professional_settings(_oneself(caller), body, caller)


blocks.post("", status_code=201)(time_blocks.add_time_block)
blocks.get("")(time_blocks.list_time_blocks)
blocks.get("/{block_id}")(time_blocks.get_time_block)
blocks.put("/{block_id}")(time_blocks.change_time_block)
blocks.delete("/{block_id}", status_code=204)(time_blocks.remove_time_block)


def _oneself(caller: Caller) -> ProfessionalId:
    if caller.principal.professional_id is None:
        raise NotFound
    return caller.principal.professional_id


ROUTERS: Final[tuple[APIRouter, ...]] = (availability, blocks, settings)
