"""The way out to addresses that others typed; see `application/outgoing/` and decision 0038."""

from adapters.outgoing.http import HttpOutgoing, Limits, tls_with
from adapters.outgoing.lookups import system_addresses

__all__ = ["HttpOutgoing", "Limits", "system_addresses", "tls_with"]
