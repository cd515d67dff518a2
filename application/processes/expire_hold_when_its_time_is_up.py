"""A hold that nobody has redeemed or released ends by itself."""

from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process, Withdraw
from domain.scheduling.agendas import (
    ExpireHold,
    HoldKept,
    HoldPlaced,
    HoldRedeemed,
    HoldReleased,
)


def _expire_it_in_time(past: Recorded) -> Orders:
    match past.event:
        case HoldPlaced(hold_id=hold, expires_at=end) | HoldKept(hold_id=hold, expires_at=end):
            return [Do(ExpireHold(hold_id=hold), about=hold, at=end)]
        case HoldRedeemed(hold_id=hold) | HoldReleased(hold_id=hold):
            return [Withdraw(ExpireHold, about=hold)]
        case _:
            return []


EXPIRE_HOLD_WHEN_ITS_TIME_IS_UP: Final = Process(
    name="expire-hold-when-its-time-is-up",
    when=(HoldPlaced, HoldKept, HoldRedeemed, HoldReleased),
    then=_expire_it_in_time,
)
