"""How thousands of tenants are spread over several databases, and what moves when things change.

By hash, a tenant's id says where it is. By rendezvous, too, but a new database takes only what becomes
its own. By directory, a table says it: whoever comes is put where least is going on at that time, when
nobody knows how large they will be.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Final

from infra.growth.tables import Table, number, share
from infra.growth.tenants import sizes

TENANTS: Final = 5_000
DATABASES: Final = 8
SKEWS: Final[Mapping[str, float]] = {"alike": 0.6, "as assumed": 1.2, "a few giants": 2.0}
GROWN: Final = 0.5
"""What the one that outgrows its place comes to have, of what is on a database in the middle."""

Placing = Callable[[Sequence[float], int], list[int]]


def by_hash(loads: Sequence[float], databases: int) -> list[int]:
    """Place by the id alone."""
    return [_digest(tenant) % databases for tenant in range(len(loads))]


def by_rendezvous(loads: Sequence[float], databases: int) -> list[int]:
    """Place where the digest of both names is highest."""
    return [
        max(range(databases), key=lambda database: _digest(tenant, database))
        for tenant in range(len(loads))
    ]


def by_directory(loads: Sequence[float], databases: int) -> list[int]:
    """Place each where least is going on when they come."""
    going_on, places = [0.0] * databases, []
    for load in loads:
        place = going_on.index(min(going_on))
        going_on[place] += load
        places.append(place)
    return places


PLACINGS: Final[Mapping[str, Placing]] = {
    "hash": by_hash,
    "rendezvous": by_rendezvous,
    "directory": by_directory,
}


def _digest(*names: int) -> int:
    return int.from_bytes(blake2b(repr(names).encode(), digest_size=8).digest())


def filled(loads: Sequence[float], places: Sequence[int], databases: int) -> list[float]:
    """Return what is on each database, in averages of them all."""
    on = [0.0] * databases
    for load, place in zip(loads, places, strict=True):
        on[place] += load
    return [each * databases / sum(loads) for each in on]


def moved(before: Sequence[int], after: Sequence[int]) -> int:
    """Return how many are elsewhere now."""
    return sum(one != other for one, other in zip(before, after, strict=True))


def levelled(
    loads: Sequence[float], places: Sequence[int], databases: int, over: float
) -> list[int]:
    """Move tenants by hand, from the fullest to the emptiest, until no database has more than `over`
    averages, or nobody who is left there fits elsewhere. The largest that fits goes first.
    """
    places, mean = list(places), sum(loads) / databases
    on = [each * mean for each in filled(loads, places, databases)]
    while max(on) > over * mean:
        full, empty = on.index(max(on)), on.index(min(on))
        room = min(over * mean - on[empty], on[full] - on[empty])
        fits = [n for n, place in enumerate(places) if place == full and loads[n] < room]
        if not fits:
            break
        tenant = max(fits, key=lambda n: loads[n])
        on[full] -= loads[tenant]
        on[empty] += loads[tenant]
        places[tenant] = empty
    return places


# --- What is shown --------------------------------------------------------------------------


def fullest() -> Table:
    """Return how full the fullest database is."""
    rows = []
    for name, placing in PLACINGS.items():
        full = [_fullest(placing, skew) for skew in SKEWS.values()]
        rows.append([name, *(f"{each:.2f}" for each in full)])
    return Table("fullest", ("Placed by", *(f"tenants are {name}" for name in SKEWS)), rows)


def _fullest(placing: Placing, skew: float) -> float:
    loads = sizes(TENANTS, skew=skew)
    return max(filled(loads, placing(loads, DATABASES), DATABASES))


def changes() -> Table:
    """Return what has to move."""
    loads = sizes(TENANTS)
    rows = [_one_more(name, placing, loads) for name, placing in PLACINGS.items()]
    heads = (
        "Placed by",
        "move for a ninth database",
        "fullest then",
        "move when one outgrows its place",
        "fullest then",
    )
    return Table("changes", heads, rows)


def _one_more(name: str, placing: Placing, loads: Sequence[float]) -> Sequence[str]:
    before = placing(loads, DATABASES)
    after = placing(loads, DATABASES + 1)
    grown, at = _with_one_grown(loads), before
    if name == "directory":
        after = levelled(loads, before, DATABASES + 1, over=1.05)
        at = levelled(grown, before, DATABASES, over=1.05)
    return (
        name,
        f"{moved(before, after):,} ({share(moved(before, after) / len(loads))})",
        f"{max(filled(loads, after, DATABASES + 1)):.2f}",
        number(moved(before, at)),
        f"{max(filled(grown, at, DATABASES)):.2f}",
    )


def _with_one_grown(loads: Sequence[float]) -> list[float]:
    """Let one of the middle outgrow their place."""
    grown = list(loads)
    grown[len(loads) // 2] = GROWN * sum(loads) / DATABASES
    return grown
