"""Histories at random: whatever happens to a few accounts of a few tenants, sensible or not."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from domain.messages import Event
from tests.read_models.examples import (
    TENANTS,
    Closed,
    Ignored,
    Moved,
    Opened,
    Paid,
    Renamed,
    World,
    new_account,
)

GROUP = st.sampled_from(["red", "green", "blue"])
HAPPENING = st.one_of(
    st.tuples(st.just(Opened), GROUP, GROUP),
    st.tuples(st.just(Renamed), GROUP, GROUP),
    st.tuples(st.just(Paid), GROUP, GROUP),
    st.tuples(st.just(Moved), GROUP, GROUP),
    st.tuples(st.just(Closed), GROUP, GROUP),
    st.tuples(st.just(Ignored), GROUP, GROUP),
)
HISTORY = st.lists(
    st.tuples(st.sampled_from(TENANTS), st.integers(0, 5), HAPPENING), min_size=1, max_size=60
)
STREAMS = [new_account() for _ in range(6)]


def event_of(account: str, happening: tuple[type[Event], str, str]) -> Event:
    kind, one, other = happening
    made: dict[type[Event], Event] = {
        Opened: Opened(account=account, group=one, holder="Ada"),
        Renamed: Renamed(account=account, name=one),
        Paid: Paid(account=account, group=one, amount=len(other)),
        Moved: Moved(account=account, from_group=one, to_group=other),
        Closed: Closed(account=account, group=one),
        Ignored: Ignored(account=account),
    }
    return made[kind]


def happen(world: World, history: Sequence[Any]) -> None:
    for tenant, number, happening in history:
        world.record(STREAMS[number], event_of(STREAMS[number], happening), tenant=tenant)
