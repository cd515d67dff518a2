"""What waiting for PostgreSQL is bounded by, and how many connections a process may have.

A caller is answered within five seconds, whatever is in the way: two of waiting for a thread and a
connection, one and a half of them for the latter at most (`application/patience.py`), two and a half for
a statement, half a one until we hang up on a server that says nothing.
"""

from typing import Final, NamedTuple

GRACE: Final = 0.5
"""Seconds after which we hang up, when PostgreSQL should have ended a statement by itself: a
stopped server cannot, and a network that hangs does not say so."""


class Bounds(NamedTuple):
    """Seconds for one statement, for a lock it waits for, and for what is between two statements of
    a transaction. 0 is without end.
    """

    statement: float
    lock: float
    idle: float

    @property
    def answer(self) -> float | None:
        """How long an answer is waited for before we hang up."""
        return self.statement + GRACE if self.statement else None


class Limits(NamedTuple):
    """Each with its reason; the settings of the same names are explained in `.env.example`."""

    requests: Bounds = Bounds(statement=2.5, lock=1.5, idle=5.0)
    """Somebody waits for the answer."""
    work: Bounds = Bounds(statement=15.0, lock=7.5, idle=60.0)
    """A batch of thousands of events takes seconds; less than the lease of a job."""
    long: Bounds = Bounds(statement=3600.0, lock=60.0, idle=3600.0)
    """Whoever rebuilds, verifies or exports a long history reads it in pages, and indexes a table."""
    wait: float = 1.5
    """Seconds for which a connection of a pool is waited for."""
    connect: int = 2
    """Seconds to connect, the least that libpq knows."""
    keepalive: int = 5
    """Seconds after which a silent peer is asked whether it is there; thrice, two seconds apart."""
    unacknowledged: float = 5.0
    """Seconds after which a peer that acknowledges nothing is gone."""
    connections: int = 16
    """For requests: as many as there are threads to ask."""
    work_connections: int = 8
    login_connections: int = 4
    """Whoever logs in takes none of the others', nor the other way round."""
    look_connections: int = 2
    """For what anybody may ask about the system itself."""


LIMITS: Final = Limits()
