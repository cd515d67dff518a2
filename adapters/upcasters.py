"""Old shapes of events, lifted to new ones when they are read; what is stored stays as it is.

UPCASTERS = {"booking-requested.v1": to_v2}     where to_v2(json) -> ("booking-requested.v2", json)
"""

from collections.abc import Mapping
from typing import Final

from adapters.event_store.mapper import Upcaster

UPCASTERS: Final[Mapping[str, Upcaster]] = {}
