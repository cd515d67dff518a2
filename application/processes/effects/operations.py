"""What processes may order about ourselves: what is forgotten, carried on, and understood."""

from typing import ClassVar, Final

from application.processes.process import Effect
from domain.values import ClientId


class ForgetMails(Effect, frozen=True):
    """Destroy what was made of the log about somebody who was erased: mails, rows, accounts, orders.
    Its name is older than that.
    """

    client_id: ClientId
    streams: tuple[str, ...]


class ForgetRecord(Effect, frozen=True):
    """Take what a purged record said, or all of it (`wholly`), out of whatever was made of the log."""

    id: str
    wholly: bool


class CarryOn(Effect, frozen=True):
    """Carry an operation on: see `application/operations/carrying_on.py`."""

    lane: ClassVar[str] = "operations"

    operation_id: str


class UnderstandCall(Effect, frozen=True):
    """Understand what a provider has sent: see `application/inbound/`."""

    lane: ClassVar[str] = "inbound"

    receipt_id: str


OF_OPERATIONS: Final[tuple[type[Effect], ...]] = (
    ForgetMails,
    ForgetRecord,
    CarryOn,
    UnderstandCall,
)
