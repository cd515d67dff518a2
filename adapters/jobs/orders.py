"""Orders to stored text and back. The name of an order's class, in kebab case, is permanent."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec

from application.processes.process import Effect
from domain.messages import Command

Order = Command | Effect


@cache
def kind_of(order: type[Order]) -> str:
    """Return the permanent name of a type of orders.

    >>> from domain.people.clients import EraseClient
    >>> kind_of(EraseClient)
    'erase-client'
    """
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in order.__name__)
    return words.lstrip("-")


class UnknownOrderError(Exception):
    """Orders of this kind, or that say such a thing, are not known to this release; they may be to
    another.
    """

    def __init__(self, kind: str, why: str = "") -> None:
        super().__init__(f"{kind}: {why}" if why else kind)
        self.kind = kind


class KeptReport(msgspec.Struct):
    """The command that records an effect, as kept in the effect's job."""

    kind: str
    command: msgspec.Raw


class Orders:
    """The types of orders that this release can carry out, by kind."""

    def __init__(self, types: Iterable[type[Order]]) -> None:
        self._types: Mapping[str, type[Order]] = {kind_of(order): order for order in types}

    def decode(self, kind: str, payload: str | bytes) -> Order:
        """Return the order. Raises UnknownOrderError, also where it says what another release means."""
        try:
            return self._decoded(kind, payload)
        except msgspec.DecodeError as error:
            raise UnknownOrderError(kind, str(error)) from error

    def decode_report(self, text: str) -> Command:
        """Return the command that is kept as a report. Raises UnknownOrderError."""
        kept = msgspec.json.decode(text, type=KeptReport)
        report = self.decode(kept.kind, bytes(kept.command))
        assert isinstance(report, Command)
        return report

    def decode_changed(self, kind: str, payload: Mapping[str, Any]) -> Order:
        """Return an order that somebody edited, once it is seen to be one. Raises UnknownOrderError,
        and msgspec.ValidationError for a wrong one.
        """
        return self._decoded(kind, msgspec.json.encode(payload))

    def _decoded(self, kind: str, payload: str | bytes) -> Order:
        order = self._types.get(kind)
        if order is None:
            raise UnknownOrderError(kind)
        return msgspec.json.decode(payload, type=order)


def ordering_key_of(order: Order | None) -> str | None:
    """Return what an order must keep its order with, if anything."""
    return order.ordering_key if isinstance(order, Effect) else None
