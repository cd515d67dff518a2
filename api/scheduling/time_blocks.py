"""Time blocks over HTTP: when somebody is not available, once or again and again."""

from datetime import timedelta
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Response
from pydantic import Field

from api.problems.reasons import TIMES_OFF
from api.requests import ids
from api.requests.answers import Listed, Row, answers
from api.requests.caller import Caller, new_id
from api.requests.forms import Body, Text, TimeZone
from api.requests.listing import Listing
from api.requests.moments import InUtc, LocalTime, instant
from api.requests.parsing import text
from api.scheduling.series import RecurrenceBody
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from application.permissions import Permission
from application.reach import NotFound
from domain.scheduling.time_blocks import (
    LONGEST,
    AddTimeBlock,
    ChangeTimeBlock,
    RemoveTimeBlock,
    When,
)
from domain.values import BlockId
from projections.scheduling.time_blocks import TIME_BLOCKS, overlapping

MayRead = Annotated[Caller, may(Permission.BOOKINGS_READ)]
MayWrite = Annotated[Caller, may(Permission.PROFESSIONALS_WRITE)]

router: Final = Router(prefix="/v1/time-blocks", tags=["professionals"])

LISTING: Final = Listing(
    model=TIME_BLOCKS,
    filters={"professional_id": text, "created_at": instant},
    spans=("created_at",),
    changes=True,
    overlapping=overlapping,
    most=timedelta(days=62),
)


class SlotBody(Body):
    starts_at: InUtc
    ends_at: InUtc


class OnceBody(Body):
    """Between two instants."""

    type: Literal["once"]
    slot: SlotBody


class OnceOnTheClockBody(Body):
    """Between two readings of the wall clock."""

    type: Literal["once-on-the-clock"]
    starts_at: LocalTime
    ends_at: LocalTime
    time_zone: TimeZone


class RecurringBody(Body):
    """Again and again by an RRULE of RFC 5545, at the same time of the wall clock."""

    type: Literal["recurring"]
    recurrence: RecurrenceBody
    duration_minutes: Annotated[int, Field(strict=True, ge=1, le=LONGEST)]


class ChangedBlock(Body):
    """When, and why: the reason is for those who work here."""

    when: Annotated[OnceBody | OnceOnTheClockBody | RecurringBody, Field(discriminator="type")]
    reason: Text | None = None

    def time(self) -> When:
        """Return the value of `when`."""
        when: When = msgspec.convert(self.when.model_dump(), When)
        return when


class NewBlock(ChangedBlock):
    """Of oneself, when no professional is named."""

    professional_id: ids.Professional | None = None


@router.post("", status_code=201)
@answers(Row(TIME_BLOCKS), refuses=TIMES_OFF)
@heavy
def add_time_block(body: NewBlock, caller: MayWrite) -> Response:
    """Take a time out of what can be booked. Bookings that are there stay."""
    professional_id = body.professional_id or caller.principal.professional_id
    if professional_id is None:
        raise NotFound
    block_id = BlockId(new_id("block"))
    command = AddTimeBlock(
        block_id=block_id,
        professional_id=professional_id,
        when=body.time(),
        reason=body.reason,
    )
    return caller.created(TIME_BLOCKS, block_id, command, where="/v1/time-blocks")


@router.get("")
@answers(Listed(LISTING))
def list_time_blocks(caller: MayRead) -> Response:
    """List blocks, the oldest first, for those who work here; with `from` and `to`, 62 days
    apart at most, those of which a time overlaps. What recurs is reckoned, so a page may have fewer than it could.
    """
    return LISTING.answer(caller)


@router.get("/{block_id}")
@answers(Row(TIME_BLOCKS))
def get_time_block(block_id: ids.Block, caller: MayRead) -> Response:
    """Show a block to those who work here."""
    return caller.shown(TIME_BLOCKS, block_id)


@router.put("/{block_id}")
@answers(Row(TIME_BLOCKS), refuses=TIMES_OFF)
@heavy
def change_time_block(block_id: ids.Block, body: ChangedBlock, caller: MayWrite) -> Response:
    """Let a block be at another time, or for another reason."""
    command = ChangeTimeBlock(block_id=block_id, when=body.time(), reason=body.reason)
    return caller.changed(TIME_BLOCKS, block_id, command)


@router.delete("/{block_id}", status_code=204)
@answers(refuses=TIMES_OFF)
def remove_time_block(block_id: ids.Block, caller: MayWrite) -> Response:
    """Let the time be booked again."""
    caller.document(TIME_BLOCKS, block_id)
    return caller.done(caller.order(RemoveTimeBlock(block_id=block_id), on=block_id))
