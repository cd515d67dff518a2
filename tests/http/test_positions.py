"""Positions that leave us come back as they were, or are refused: whatever anybody makes of them."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.requests.positions import Positions
from api.requests.preferences import CONSISTENCY
from api.requests.signing import Signer, TokenInvalid
from application.ports import Bookmark, PositionUnknown
from tests.running import Running

TENANT, ANOTHER = str(uuid4()), str(uuid4())
TOKEN = "Consistency-Token"
CUT = {"name": "Cut", "duration_minutes": 45}

bookmarks = st.builds(
    Bookmark, st.integers(1, 2**62), st.binary(min_size=8, max_size=8).map(bytes.hex)
)
purposes = st.sampled_from([CONSISTENCY, "cursor", "cursor/history.v2"])
places = st.text(max_size=80)


class OneLog:
    """The bookmarks of a log that has these, and no others."""

    def __init__(self, *there: Bookmark) -> None:
        self._there = {Bookmark(), *there}

    def latest(self, _tenant: str) -> Bookmark:
        return max(self._there)

    def refuse_lost(self, _tenant: str, bookmark: Bookmark) -> None:
        if bookmark not in self._there:
            raise PositionUnknown

    def of(self, _tenant: str, positions: Sequence[int]) -> dict[int, Bookmark]:
        return {each.position: each for each in self._there if each.position in positions}

    def learn(self, _tenant: str, _bookmark: Bookmark) -> None:
        pass


def positions(*there: Bookmark, all_read: bool = True, secret: str = "of ours") -> Positions:
    return Positions(Signer([secret]), OneLog(*there), lambda: all_read)


# --- What comes back ------------------------------------------------------------------------------


@given(bookmark=bookmarks)
def test_a_bookmark_is_read_as_it_was_written(bookmark: Bookmark) -> None:
    assert Bookmark.of(str(bookmark)) == bookmark


@given(bookmark=bookmarks, purpose=purposes, place=places)
def test_a_place_comes_back_as_long_as_the_log_is_the_one_it_was(
    bookmark: Bookmark, purpose: str, place: str
) -> None:
    here, there = positions(bookmark), positions()

    text = here.sealed(purpose, TENANT, place, bookmark)

    assert here.opened(purpose, TENANT, text) == place
    with pytest.raises(PositionUnknown):
        there.opened(purpose, TENANT, text)


@given(bookmark=bookmarks, other=bookmarks, place=places)
def test_a_place_is_not_taken_for_one_at_the_same_position(
    bookmark: Bookmark, other: Bookmark, place: str
) -> None:
    text = positions().sealed("cursor", TENANT, place, bookmark)
    of_now = other._replace(position=bookmark.position)

    if of_now != bookmark:
        with pytest.raises(PositionUnknown):
            positions(of_now).opened("cursor", TENANT, text)


@given(bookmark=bookmarks, place=places, at=st.integers(0), bit=st.integers(0, 7))
def test_whatever_is_changed_in_it_makes_it_none(
    bookmark: Bookmark, place: str, at: int, bit: int
) -> None:
    here = positions(bookmark)
    text = here.sealed("cursor", TENANT, place, bookmark)
    changed = bytearray(text.encode())
    changed[at % len(changed)] ^= 1 << bit
    forged = changed.decode("latin-1")

    try:
        assert here.opened("cursor", TENANT, forged) == place, "base64 leaves some bits unused"
    except TokenInvalid:
        assert forged != text


@given(text=st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_whatever_somebody_makes_up_is_none(text: str) -> None:
    for all_read in (True, False):
        with pytest.raises(TokenInvalid):
            positions(all_read=all_read).opened(CONSISTENCY, TENANT, text)


@given(bookmark=bookmarks, place=places)
def test_it_is_good_for_its_purpose_business_and_keys_only(bookmark: Bookmark, place: str) -> None:
    here = positions(bookmark)
    text = here.sealed("cursor", TENANT, place, bookmark)

    for opened in (
        lambda: here.opened(CONSISTENCY, TENANT, text),
        lambda: here.opened("cursor", ANOTHER, text),
        lambda: positions(bookmark, secret="another").opened("cursor", TENANT, text),
    ):
        with pytest.raises(TokenInvalid):
            opened()


# --- Beside an older release ----------------------------------------------------------------------


@given(bookmark=bookmarks, purpose=purposes, place=places)
def test_beside_a_release_that_knows_no_bookmarks_none_are_given_out(
    bookmark: Bookmark, purpose: str, place: str
) -> None:
    beside, older = positions(bookmark, all_read=False), Signer(["of ours"])

    assert older.open(purpose, TENANT, beside.sealed(purpose, TENANT, place, bookmark)) == place
    assert beside.opened(purpose, TENANT, older.sign(purpose, TENANT, place)) == place


@given(bookmark=bookmarks, purpose=purposes, place=places)
def test_once_it_is_gone_what_it_gave_out_names_nothing(
    bookmark: Bookmark, purpose: str, place: str
) -> None:
    older = Signer(["of ours"]).sign(purpose, TENANT, place)

    with pytest.raises(PositionUnknown):
        positions(bookmark).opened(purpose, TENANT, older)
    marked = positions(bookmark).sealed(purpose, TENANT, place, bookmark)
    assert positions(bookmark, all_read=False).opened(purpose, TENANT, marked) == place
    with pytest.raises(TokenInvalid):  # the older release says no, and does not stumble
        Signer(["of ours"]).open(purpose, TENANT, marked)


# --- Over HTTP ------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_no_token_that_anybody_makes_up_is_a_fault_of_ours(running: Running) -> None:
    http = running.http()
    made = http.post("/v1/services", json=CUT).headers[TOKEN]
    running.settle()
    signer = Signer(running.system.settings.secret_keys)
    signed = [
        signer.sign(CONSISTENCY, running.tenant, place)
        for place in ("1", "-1", "0", "", "x", str(2**80), "1.5")
    ]
    strange = ["", ".", "=", "A" * 4000, "%00", made[:-1], made[1:], made + "A", made + made]

    for text in [*signed, *strange]:
        for ask in asking(text):
            answer = ask(http)
            assert answer.status_code in (200, 400, 409), f"{text}: {answer.text}"
            assert answer.status_code == 200 or answer.json()["code"] in (
                "token-invalid",
                "position-unknown",
                "query-invalid",
            )


def asking(text: str) -> list[Callable[[Any], Any]]:
    return [
        lambda http: http.get("/v1/services", headers={TOKEN: text}),
        lambda http: http.get("/v1/services", params={"cursor": text}),
        lambda http: http.get("/v1/history", params={"cursor": text[:100]}),
    ]


@pytest.mark.postgres
def test_a_command_that_records_nothing_and_one_that_is_repeated_name_a_position_too(
    running: Running,
) -> None:
    http = running.http()
    key = {"Idempotency-Key": "once"}
    first = http.post("/v1/services", json=CUT, headers=key)
    where = first.headers["location"]
    http.delete(where)
    answers = [
        first,
        http.post("/v1/services", json=CUT, headers=key),
        http.delete(where),
        http.delete(where, headers={"Idempotency-Key": "again"}),
        http.delete(where, headers={"Idempotency-Key": "again"}),
    ]
    running.http(tenant=ANOTHER).post("/v1/services", json=CUT)
    running.system.bookmarks.forget()
    running.settle()

    for answer in answers:
        mine = {TOKEN: answer.headers[TOKEN]}
        assert http.get("/v1/services", headers=mine).status_code == 200, answer.request
