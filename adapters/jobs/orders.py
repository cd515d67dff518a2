"""Orders to stored text and back. The name of an order's class, in kebab case, is permanent."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from application.processes.process import Effect
from domain.messages import Command

Order = Command | Effect


def kind_of(order: type[Order]) -> str:
    """Return the permanent name of a type of orders.

    >>> from domain.clients import EraseClient
    >>> kind_of(EraseClient)
    'erase-client'
    """
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in order.__name__)
    return words.lstrip("-")


class UnknownOrderError(Exception):
    """Orders of this kind are not known to this release; they may be to another."""


class Orders:
    """The types of orders that this release can carry out, by kind."""

    def __init__(self, types: Iterable[type[Order]]) -> None:
        self._types: Mapping[str, type[Order]] = {kind_of(order): order for order in types}

    def decode(self, kind: str, payload: str | bytes) -> Order:
        """Return the order. Raises UnknownOrderError, and msgspec.ValidationError for a wrong one."""
        order = self._types.get(kind)
        if order is None:
            raise UnknownOrderError(kind)
        return msgspec.json.decode(payload, type=order)

    def decode_changed(self, kind: str, payload: Mapping[str, Any]) -> Order:
        """Return an order that somebody edited, once it is seen to be one."""
        return self.decode(kind, msgspec.json.encode(payload))


def ordering_key_of(order: Order | None) -> str | None:
    """Return what an order must keep its order with, if anything."""
    return order.ordering_key if isinstance(order, Effect) else None
