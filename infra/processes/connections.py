"""Who is connected to a process: each holds some of its memory, from the first byte on."""

from collections import Counter
from typing import Any, Final

import structlog

from api.web.addresses import Addresses

log = structlog.get_logger()

MOST: Final = 1_000
"""Connections of one process. What one may hold before it is known who it is, a head of 64 KB and a body
of 16, is 80 MB of them all.
"""

MOST_OF_ONE: Final = 200
"""Of one address: of an office, say, where thirty have a browser open."""

Client = tuple[str, int] | None


class Connections:
    """Counts connections, and those of each address. Proxies of ours speak for many, and are counted
    among all only.
    """

    def __init__(
        self, most: int = MOST, of_one: int = MOST_OF_ONE, addresses: Addresses | None = None
    ) -> None:
        self._most = most
        self._of_one = of_one
        self._addresses = addresses or Addresses()
        self._all = 0
        self._of: Counter[str] = Counter()
        self._full = False

    def come(self, client: Client) -> bool:
        """Count one more, if there is room for it."""
        address = self._address(client)
        if self._all >= self._most:
            self._say_full()
            return False
        if address and self._of[address] >= self._of_one:
            return False
        self._all += 1
        self._of.update([address] if address else [])
        return True

    def address_of(self, scope: Any) -> str:
        """Return where a request comes from, by way of whichever proxies of ours."""
        return self._addresses.of(scope)

    def go(self, client: Client) -> None:
        """Count one that came no more."""
        address = self._address(client)
        self._all -= 1
        self._full = self._full and self._all > self._most // 2
        if address:
            self._of[address] -= 1
            if not self._of[address]:
                del self._of[address]

    def _address(self, client: Client) -> str | None:
        return self._addresses.of_peer(client[0]) if client else None

    def _say_full(self) -> None:
        """Say so once, until there is room for many again."""
        if not self._full:
            self._full = True
            log.warning("too many connections: new ones are closed", most=self._most)
