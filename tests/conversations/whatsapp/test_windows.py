"""By which line somebody is answered: the one by which they wrote last, whenever that is heard."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversations.channels import WHATSAPP, Channel
from domain.conversations.windows import (
    MOST_LINES,
    Line,
    Lines,
    WindowClosed,
    heard_by,
    is_open,
    refuse_closed,
)
from domain.values import IdentityId

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
LINES = st.builds(
    Line,
    number=st.sampled_from(["1", "2"]),
    identity_id=st.sampled_from([IdentityId("identity-1"), IdentityId("identity-2")]),
    at=st.integers(0, 100).map(lambda minutes: NOON + timedelta(minutes=minutes)),
)


def heard(lines: list[Line]) -> Lines:
    nothing: Lines = ()
    return reduce(heard_by, lines, nothing)


@given(st.lists(LINES, unique_by=lambda each: each.at, min_size=1), st.randoms())
def test_whatever_is_heard_first_the_newest_of_each_is_known_and_answered(
    lines: list[Line], random: Random
) -> None:
    known = heard(lines)
    random.shuffle(lines)
    assert heard(lines) == known
    assert known[-1] == max(lines, key=lambda each: each.at)


def test_so_many_are_known_and_no_more() -> None:
    many = [
        Line(number=str(n), identity_id=IdentityId("identity-1"), at=NOON + timedelta(minutes=n))
        for n in range(MOST_LINES + 5)
    ]
    assert heard(many) == tuple(many[5:])


def test_a_line_is_open_for_a_day() -> None:
    line = Line(number="1", identity_id=IdentityId("identity-1"), at=NOON)
    a_day = timedelta(hours=24)
    assert is_open(WHATSAPP, [line], now=NOON + a_day - timedelta(seconds=1))
    with pytest.raises(WindowClosed) as closed:
        refuse_closed(WHATSAPP, [line], now=NOON + a_day)
    assert closed.value.facts == {"closed_at": NOON + a_day, "templates": ()}
    with pytest.raises(WindowClosed):
        refuse_closed(WHATSAPP, [], now=NOON)


def test_where_no_channel_says_otherwise_something_can_be_said_at_any_time() -> None:
    assert is_open(Channel(name="post", longest=1), [], now=NOON)
