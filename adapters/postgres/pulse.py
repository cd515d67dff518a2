"""Whether PostgreSQL is there and takes what is written: asked over a connection kept for that."""

import threading
from collections.abc import Callable
from typing import Final

from adapters.postgres.limits import Bounds
from adapters.postgres.session import Session

BOUNDS: Final = Bounds(statement=1.0, lock=0.5, idle=5.0)
"""Whoever keeps us alive asks every second or so, and must hear soon that it is of no use."""

CAN_WRITE: Final = """
    SELECT NOT pg_is_in_recovery() AND NOT current_setting('transaction_read_only')::boolean
"""


class Pulse:
    """One looks at a time. Nobody who needs connections for something else keeps it waiting."""

    def __init__(self, connect: Callable[[], Session]) -> None:
        self._connect = connect
        self._gate = threading.Lock()
        self._session: Session | None = None

    def can_write(self) -> bool:
        """Whether what is written is taken. Raises DatabaseUnavailableError, psycopg.Error."""
        with self._gate:
            session = self._session
            if session is None or session.is_dead:
                session = self._session = self._connect()
            can = session.execute(CAN_WRITE).fetchone() == (True,)
            if not can:  # it may be the connection's own misfortune: the next look has a new one
                session.close()
            return can

    def close(self) -> None:
        """Close the connection."""
        with self._gate:
            if self._session is not None:
                self._session.close()
