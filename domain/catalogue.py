"""Every event under its permanent name. A name is for ever: history is full of it."""

from collections.abc import Mapping
from typing import Final

from domain import (
    agendas,
    bookings,
    clients,
    identities,
    professionals,
    series,
    services,
    tenants,
    time_blocks,
    users,
)
from domain.messages import Event

EVENTS: Final[Mapping[str, type[Event]]] = {
    **tenants.STORED_AS,
    **users.STORED_AS,
    **professionals.STORED_AS,
    **time_blocks.STORED_AS,
    **services.STORED_AS,
    **clients.STORED_AS,
    **identities.STORED_AS,
    **agendas.STORED_AS,
    **bookings.STORED_AS,
    **series.STORED_AS,
}
