"""Old shapes of events, lifted to new ones when they are read; what is stored stays as it is.

UPCASTERS = {"booking-requested.v1": to_v2}     where to_v2(json) -> ("booking-requested.v2", json)
"""

from collections.abc import Mapping
from typing import Any, Final

from adapters.event_store.mapper import Upcaster


def _hold_placed_v2(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Whose a hold was nobody wrote down: it is the business's."""
    return "hold-placed.v2", data


UPCASTERS: Final[Mapping[str, Upcaster]] = {"hold-placed.v1": _hold_placed_v2}
