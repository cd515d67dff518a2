"""Several commands as one: each is decided on what those before it did, and all are recorded at once."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.dispatch import Dispatcher
from application.transact import Together, together
from domain.messages import DomainError
from tests.event_store.examples import (
    USE_CASES,
    Come,
    Describe,
    Forget,
    Log,
    aggregate_of,
    come,
)
from tests.in_memory import InMemory

GUESTS = ("guest-ann", "guest-bob", "table-one")
COMMAND = st.one_of(
    st.builds(Come, streams=st.lists(st.sampled_from(GUESTS), min_size=1, unique=True).map(tuple)),
    st.builds(Describe, stream=st.sampled_from(GUESTS), looks=st.text(max_size=3)),
    st.builds(Forget, streams=st.just(("guest-ann",))),
)


class FullError(DomainError):
    """There is no room."""


def come_unless_full(command: Come, past: Any) -> Any:
    changes = come(command, past)
    if any(len(past.of(aggregate_of(stream), stream)) >= 2 for stream in command.streams):
        raise FullError
    return changes


@given(commands=st.lists(COMMAND, max_size=6))
def test_together_they_do_what_they_do_one_by_one(commands: list[Any]) -> None:
    now: Any = None
    alone, at_once = InMemory(USE_CASES, now), InMemory({Together: together(USE_CASES)}, now)

    for command in commands:
        alone.run(command)
    at_once.run(Together(commands=tuple(commands)))

    assert {k: v for k, v in at_once.streams.items() if v} == alone.streams


@pytest.mark.postgres
def test_if_one_is_refused_none_is_carried_out(log: Log) -> None:
    dispatch = Dispatcher({**USE_CASES, Come: come_unless_full}, log.store)
    third = Come(streams=("guest-ann",))
    all_ = Together(commands=(Describe(stream="guest-ann", looks="tall"), third, third))

    with pytest.raises(FullError):
        replace(log, dispatch=dispatch).order(all_)

    assert log.all() == []


@pytest.mark.postgres
def test_what_is_done_at_once_is_one_command(log: Log) -> None:
    both = Together(commands=(Come(streams=("guest-ann",)), Come(streams=("guest-ann",), seats=2)))

    answer = log.order(both)

    assert log.state("guest-ann") == ("1", "2")
    assert [past.position for past in answer.recorded] == [1, 2]
    assert len({past.metadata["command"] for past in log.all()}) == 1
