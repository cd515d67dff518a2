"""In how many SMS a text goes: by alphabet, and nothing is ever divided that is one character."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversations.channels import SMS, TooManyParts, parts_on, refuse_uncarried
from domain.conversations.texting import (
    BASIC,
    EXTENDED,
    ROOM,
    Alphabet,
    alphabet_of,
    parts_of,
    written,
)

TEXTS = st.text(
    st.one_of(
        st.sampled_from(sorted(BASIC | EXTENDED)),
        st.sampled_from("çêœ…—😀👩\u200d\u2019\u0301"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=500,
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("x" * 459, 3),
        ("x" * 460, 4),
        ("é" * 160, 1),
        ("e\u0301" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("x" * 152 + "€" * 5, 2),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" * 134, 2),
        ("ê" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
    ],
)
def test_a_text_goes_in_so_many_parts(text: str, parts: int) -> None:
    assert len(parts_of(text)) == parts


def test_every_telephone_has_these_letters() -> None:
    assert (len(BASIC), len(EXTENDED)) == (127, 10)
    assert alphabet_of("Où ? À 10 h, Ñu : 25 €") is Alphabet.UCS_2
    assert alphabet_of("Où ? à 10 h, Ñu : 25 €") is Alphabet.GSM_7
    assert alphabet_of("d\u2019accord") is Alphabet.UCS_2


@given(TEXTS)
def test_whatever_is_divided_is_all_there_and_has_room(text: str) -> None:
    room, parts = ROOM[alphabet_of(text)], parts_of(text)

    assert "".join(parts) == written(text)
    most = room.alone if len(parts) == 1 else room.part
    assert all(sum(map(room.weight, each)) <= most for each in parts)
    assert all(each for each in parts[1:])


@given(TEXTS)
def test_a_part_holds_as_much_as_it_has_room_for(text: str) -> None:
    room, parts = ROOM[alphabet_of(text)], parts_of(text)

    for one, following in pairwise(parts):
        assert sum(map(room.weight, one)) + room.weight(following[0]) > room.part


def test_more_than_three_parts_are_not_sent() -> None:
    refuse_uncarried(SMS, "x" * 459, ())
    with pytest.raises(TooManyParts) as refused:
        refuse_uncarried(SMS, "ê" * 202, ())
    assert refused.value.facts == {"parts": 4, "most": 3}


def test_what_does_not_go_by_sms_has_no_parts() -> None:
    assert (parts_on("sms", "x"), parts_on("whatsapp", "x"), parts_on("app", "x")) == (
        1,
        None,
        None,
    )
