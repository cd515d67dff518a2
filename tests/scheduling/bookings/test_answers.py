"""What a button says is signed: nobody makes another of it, for another booking, business, answer or time."""

from datetime import UTC, datetime
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.scheduling.bookings import BOOKING, BookingRescheduled, BookingStatus
from domain.scheduling.bookings.answers import Answer, answer_in, record_answer, token_of
from domain.values import AnswerKind, BookingId
from tests.mail.examples import appointment, booking_id, monday, moved, requested

KEY: Final = b"pepper"
AN_ANSWER: Final = Answer(
    booking_id=booking_id, kind=AnswerKind.CANCEL, moves=2, until=monday.ends_at
)
TOKEN: Final = token_of(AN_ANSWER, "salon", KEY)

answers = st.builds(
    Answer,
    booking_id=st.uuids().map(lambda each: BookingId(f"booking-{each}")),
    kind=st.sampled_from(AnswerKind),
    moves=st.integers(0, 0xFFFF),
    until=st.integers(0, 2**33).map(lambda each: datetime.fromtimestamp(each, UTC)),
)


@given(answers)
def test_a_button_says_what_it_was_made_of(answer: Answer) -> None:
    read = answer_in(token_of(answer, "salon", KEY), "salon", KEY)

    assert read is not None
    assert replace(read, mark="") == answer


@given(st.text() | st.binary().map(lambda each: each.decode("latin-1")))
def test_whatever_else_is_said_says_nothing(said: str) -> None:
    assert answer_in(said, "salon", KEY) is None


@given(st.integers(4, len(TOKEN) - 1), st.sampled_from("ABCXYZabcxyz0189-_"))
def test_what_is_changed_anywhere_says_nothing(place: int, letter: str) -> None:
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]

    assert changed == TOKEN or answer_in(changed, "salon", KEY) is None


def test_it_is_good_in_one_business_and_by_one_key() -> None:
    assert answer_in(TOKEN, "salon", KEY) is not None
    assert answer_in(TOKEN, "clinic", KEY) is None
    assert answer_in(TOKEN, "salon", b"another") is None


def test_it_has_room_in_a_button() -> None:
    assert len(TOKEN) <= 128


def test_an_answer_is_noted_once() -> None:
    read = answer_in(TOKEN, "salon", KEY)
    booking = BOOKING.fold([requested])
    assert read is not None
    assert booking is not None

    noted = record_answer(read, booking)
    after = BOOKING.fold([requested, *noted])

    assert len(noted) == 1
    assert after is not None
    assert record_answer(read, after) == []


def test_a_booking_knows_how_often_it_was_moved() -> None:
    there = BookingRescheduled(
        booking_id=booking_id,
        appointment=moved,
        previous_slot=monday,
        status=BookingStatus.PENDING,
    )
    back = replace(there, appointment=appointment)

    booking = BOOKING.fold([requested, there, back])

    assert booking is not None
    assert booking.moves == 2
