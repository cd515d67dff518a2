"""A guest who has said who they are is sent a code: their booking is made when they show it."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.bookings import SendGuestCode
from application.processes.process import Do, Orders, Process
from domain.scheduling.agendas import HoldKept


def _send_a_code(past: Recorded) -> Orders:
    match past.event:
        case HoldKept(hold_id=hold, wish_id=wish):
            return [Do(SendGuestCode(hold_id=hold, wish_id=wish), about=hold)]
        case _:
            return []


SEND_CODE_TO_GUEST: Final = Process(name="send-code-to-guest", when=(HoldKept,), then=_send_a_code)
