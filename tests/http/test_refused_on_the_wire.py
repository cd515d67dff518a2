"""Nothing that was refused happens, however it comes over the wire; what happens is answered first."""

from contextlib import suppress

import pytest

from infra.processes.wire import MOST_HEAD, MOST_IN_LINE
from tests.http.sockets import Line
from tests.http.wires import CUT, END, chunk, create, in_chunks

pytestmark = pytest.mark.postgres

LARGE = (b"cookie", b"a" * MOST_HEAD)
MOST_BODY = 1_000_000
TOO_LARGE = b'{"name":"Cut","duration_minutes":45,"description":"%b"}' % (b"a" * MOST_BODY)


def test_a_head_too_large_is_not_carried_out_though_it_comes_in_one_read(line, mine) -> None:
    line.say(create(mine, LARGE))

    assert line.said() == [(431, "head-too-large")]
    assert line.made() == 0


def test_a_head_of_many_small_headers_is_as_large(line, mine) -> None:
    small = [(b"x-%d" % number, b"") for number in range(MOST_HEAD // 6)]

    line.say(create(mine, *small))

    assert line.said() == [(431, "head-too-large")]
    assert line.made() == 0


def test_what_came_before_a_refusal_is_answered_before_it(line, mine) -> None:
    """The answer to the first is never taken for that of the second, nor the other way round."""
    line.say(create(mine) + create(mine) + create(mine, LARGE) + create(mine))

    assert line.said() == [(201, None), (201, None), (431, "head-too-large")]
    assert line.made() == 2


def test_nonsense_behind_a_request_is_answered_behind_it(line, mine) -> None:
    line.say(create(mine) + b"nonsense\r\n\r\n")

    assert line.said() == [(201, None), (400, "request-unreadable")]
    assert line.made() == 1


def test_a_request_whose_chunks_turn_to_nonsense_is_not_carried_out(line, mine) -> None:
    line.say(create(mine) + in_chunks(mine, chunk(CUT), b"nonsense\r\n"))

    assert line.said() == [(201, None), (400, "request-unreadable")]
    assert line.made() == 1


def test_chunks_that_turn_to_nonsense_later_are_refused_too(line, mine) -> None:
    line.say(in_chunks(mine, chunk(CUT)))
    line.say(b"nonsense\r\n")

    assert line.said() == [(400, "request-unreadable")]
    assert line.made() == 0


def test_chunks_beyond_the_limit_are_refused(line, mine) -> None:
    half = len(TOO_LARGE) // 2

    line.say(in_chunks(mine, chunk(TOO_LARGE[:half]), chunk(TOO_LARGE[half:]), END))

    assert line.answer().status_code == 413
    assert line.made() == 0


def test_a_length_beyond_the_limit_is_refused(line, mine) -> None:
    line.say(create(mine, body=TOO_LARGE), create(mine))

    assert [line.answer().status_code, line.answer().status_code] == [413, 201]
    assert line.made() == 1


def test_a_body_that_breaks_off_is_not_carried_out(line, mine) -> None:
    """All that was told of it so far would have been enough."""
    for sent in (
        create(mine, body=CUT + b" " * 10)[:-10],
        in_chunks(mine, chunk(CUT)),
        in_chunks(mine, chunk(CUT), b"0\r\n"),
    ):
        with Line(line.port) as broken:
            broken.say(sent)

    assert line.made() == 0


def test_trailers_change_nothing_in_a_request(line, mine) -> None:
    """Neither who sends it, nor what it is sent on."""
    late = b"0\r\nAuthorization: %b\r\nIdempotency-Key: a\r\n\r\n" % mine[1]
    nobody = (b"x-nobody", b"")

    line.say(in_chunks(nobody, chunk(CUT), late), in_chunks(mine, chunk(CUT), late) * 2)
    answers = [line.answer() for _ in range(3)]

    assert [each.status_code for each in answers] == [401, 201, 201]
    assert "idempotent-replayed" not in answers[2].headers


def test_trailers_too_large_are_refused_with_what_they_trail(line, mine) -> None:
    line.say(in_chunks(mine, chunk(CUT), b"0\r\nX: %b\r\n\r\n" % LARGE[1]))

    assert line.said() == [(431, "head-too-large")]
    assert line.made() == 0


def test_what_stands_between_chunks_has_a_bound(line, mine) -> None:
    with suppress(ConnectionError):  # there is more of it than anybody reads
        line.say(in_chunks(mine, chunk(CUT), b"1;" + b"a" * 100 * MOST_HEAD))
        assert line.said() == [(431, "head-too-large")]

    assert line.made() == 0


def test_nobody_asks_without_end_before_reading_an_answer(line, mine) -> None:
    line.say(create(mine) * 2 * MOST_IN_LINE)

    statuses = [status for status, _ in line.said()]

    assert statuses[-1] == 429
    assert set(statuses[:-1]) == {201}
    assert line.made() == len(statuses) - 1
