"""How much is measured: rounds of seconds, or of fractions of one."""

from typing import Final

import msgspec


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything, so that a round lasts some seconds, or a fraction of one."""

    rounds: int
    seconds: float
    events: int
    """In the log that is followed, verified and folded."""
    kept: int
    """Events that a live read model catches up with."""
    grown: int
    """In a log that has grown for years."""
    followed: int
    """What the `eventsourcing` library follows of such a log."""
    projected: int
    """What it projects of it, one transaction each."""
    rows: int
    """Of a file that is taken in."""
    leads: int
    """That were there before."""
    missed: int
    """Events that somebody was away for."""
    told: int
    """Events that are told to whoever receives them."""
    carried: int
    """Messages that go out in each conversation."""


FULL: Final = Effort(
    rounds=5,
    seconds=3,
    events=1_000_000,
    kept=100_000,
    grown=2_000_000,
    followed=200_000,
    projected=4_000,
    rows=10_000,
    leads=1_000_000,
    missed=100_000,
    told=20,
    carried=10,
)
QUICK: Final = Effort(
    rounds=3,
    seconds=0.2,
    events=50_000,
    kept=20_000,
    grown=200_000,
    followed=20_000,
    projected=600,
    rows=1_000,
    leads=20_000,
    missed=10_000,
    told=3,
    carried=2,
)
