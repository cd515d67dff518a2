"""A client who signs up is sent a code, and another one whenever they ask."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.business import SendAddressCode
from application.processes.process import Do, Orders, Process
from domain.business.users import AddressCodeRequested, UserRegistered


def _send_a_code(past: Recorded) -> Orders:
    match past.event:
        case UserRegistered(user_id=user, client_id=client) if client is not None:
            return [Do(SendAddressCode(user_id=user), about=user)]
        case AddressCodeRequested(user_id=user):
            return [Do(SendAddressCode(user_id=user), about=user)]
        case _:
            return []


SEND_CODE_TO_PROVE_ADDRESS: Final = Process(
    name="send-code-to-prove-address",
    when=(UserRegistered, AddressCodeRequested),
    then=_send_a_code,
)
