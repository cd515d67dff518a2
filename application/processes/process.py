"""A process reacts: one event in, orders out. It does nothing itself and remembers nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

import msgspec

from application.ports import Recorded
from domain.messages import Command, Event


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """An order to the outside world: send this mail, call that address. Delivered at least once,
    under one idempotency key, until it succeeds or is parked for an operator.
    """

    lane: ClassVar[str] = "effects"
    """Where it stands in line: with what goes through the same thing, which may be slow or away."""

    @property
    def ordering_key(self) -> str | None:
        """What it must keep its order with: of one tenant's orders with the same key, each is
        carried out after those that earlier events have caused. None when order does not matter.
        """
        return None


class Do(msgspec.Struct, frozen=True):
    """Carry out `order` at `at` (at once when None).

    `about` names what it concerns, so that it can be withdrawn: usually an id.
    """

    order: Command | Effect
    about: str
    at: datetime | None = None


class Withdraw(msgspec.Struct, frozen=True):
    """Forget the orders of this type about this thing that are not carried out yet."""

    order: type[Command] | type[Effect]
    about: str


Orders = Sequence[Do | Withdraw]


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is permanent: it keys the process's position and what it has ordered."""

    name: str
    when: tuple[type[Event], ...]
    then: Callable[[Recorded], Orders]
