"""Who is there, as one process knows it."""

import threading
from collections.abc import Sequence
from datetime import datetime

from application.ports import Clock


class ProcessPresence:
    """`application.business.presence.Presence` in memory: whoever is seen elsewhere is not known here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._gate = threading.Lock()
        self._until: dict[str, dict[str, datetime]] = {}

    def seen(self, tenant: str, who: str, until: datetime) -> None:
        """Take somebody for present until then."""
        with self._gate:
            self._keep(tenant, {**self._until.get(tenant, {}), who: until})

    def know(self, tenant: str, until: dict[str, datetime]) -> None:
        """Take these for present until then, and nobody else."""
        with self._gate:
            self._keep(tenant, until)

    def present(self, tenant: str) -> Sequence[str]:
        """Return who is there, in the order of their ids."""
        with self._gate:
            self._keep(tenant, self._until.get(tenant, {}))
            return sorted(self._until.get(tenant, ()))

    def _keep(self, tenant: str, until: dict[str, datetime]) -> None:
        """Keep who is there still, and no tenant without anybody."""
        now = self._clock()
        there = {who: at for who, at in until.items() if at > now}
        if there:
            self._until[tenant] = there
        else:
            self._until.pop(tenant, None)
