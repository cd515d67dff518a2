"""What a process has made when it begins to be of use is not looked through for garbage again."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from adapters.garbage import gc_at_rest
from infra.processes.memory import keep_what_is_there


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_there_is_kept_and_what_comes_is_looked_through() -> None:
    made: list[object] = []
    keep_what_is_there()
    assert not any(each is made for each in gc.get_objects())
    made_since: list[object] = []
    made_since.append(made_since)
    assert any(each is made_since for each in gc.get_objects())


def test_it_is_kept_after_a_rebuild_too() -> None:
    made: list[object] = []
    keep_what_is_there()
    with gc_at_rest():
        pass
    assert not any(each is made for each in gc.get_objects())


def test_whoever_rebuilds_otherwise_keeps_nothing() -> None:
    with gc_at_rest():
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0


def test_of_several_who_have_it_rest_at_once_the_last_lets_it_go_on() -> None:
    before = gc.get_threshold()
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(gc_at_rest())
        second.enter_context(gc_at_rest())
        first.close()
        assert gc.get_threshold() != before

    assert gc.get_threshold() == before
