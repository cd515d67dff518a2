"""Whoever came before a look began hears what it found; whoever comes after has it looked up anew."""

import itertools
import time

import pytest

from adapters.running.together import Together


def test_one_look_answers_all_who_came_before_it_began() -> None:
    looks = itertools.count(1)
    together = Together(lambda: next(looks))
    before = time.monotonic() - 1

    assert [together(before) for _ in range(3)] == [1, 1, 1]
    assert together(time.monotonic() + 1) == 2


def test_its_trouble_is_that_of_all_who_asked() -> None:
    looks = itertools.count(1)

    def fail() -> int:
        raise OSError(next(looks))

    together = Together(fail)
    before = time.monotonic() - 1

    for _ in range(3):
        with pytest.raises(OSError, match="1"):
            together(before)
