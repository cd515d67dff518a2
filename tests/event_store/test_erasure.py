"""A person is forgotten while others, in other processes, still write about that person."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final
from uuid import uuid4

import psycopg
import pytest

from adapters.event_store.verify import verify
from application.ports import About, PersonalDataErased
from domain.messages import StreamErased
from tests.event_store.examples import GUEST as GUESTS
from tests.event_store.examples import TENANT, Come, Describe, Forget, Log, opened

pytestmark = pytest.mark.postgres

GUEST: Final = "guest-zoe"
PERSONAL: Final = "a scar above the left eye"


@pytest.fixture
def elsewhere(dsn: str) -> Iterator[Log]:
    """The log as another process holds it, with a memory and keys of its own."""
    with opened(dsn) as log:
        yield log


def test_whoever_still_has_the_key_can_add_nothing_personal(log: Log, elsewhere: Log) -> None:
    elsewhere.order(Describe(stream=GUEST, looks=PERSONAL))

    log.order(Forget(streams=(GUEST,)))

    with pytest.raises(PersonalDataErased):
        elsewhere.order(Describe(stream=GUEST, looks=PERSONAL))


def test_it_is_the_same_when_it_is_recorded_with_somebody_else(log: Log, elsewhere: Log) -> None:
    """Then the stream of the forgotten has not changed, and only the key tells."""
    elsewhere.order(Describe(stream=GUEST, looks=PERSONAL))
    log.order(Come(streams=("guest-ann",)))

    log.order(Forget(streams=("guest-ann", GUEST)))

    with pytest.raises(PersonalDataErased):
        elsewhere.order(Describe(stream=GUEST, looks=PERSONAL))


def test_what_is_not_personal_goes_on(log: Log, elsewhere: Log) -> None:
    elsewhere.order(Describe(stream=GUEST, looks=PERSONAL))

    log.order(Forget(streams=(GUEST,)))
    elsewhere.order(Come(streams=(GUEST,)))

    assert log.state(GUEST) == ("[erased]", "forgotten", "1")


def test_the_first_personal_thing_may_come_in_two_places_at_once(log: Log, elsewhere: Log) -> None:
    """Both make a key; one of them is the stream's, and both things can be read with it."""
    here = [Describe(stream=GUEST, looks=f"here {n}") for n in range(8)]
    there = [Describe(stream=GUEST, looks=f"there {n}") for n in range(8)]

    with ThreadPoolExecutor(16) as threads:
        answers = [
            threads.submit(process.order, each)
            for pair in zip(here, there, strict=True)
            for process, each in zip((log, elsewhere), pair, strict=True)
        ]
        for answer in answers:
            answer.result()

    assert sorted(log.state(GUEST)) == sorted(each.looks for each in [*here, *there])


def test_of_many_who_write_while_a_person_is_forgotten_nothing_personal_is_left(
    dsn: str, log: Log, elsewhere: Log
) -> None:
    for each in (log, elsewhere):
        each.order(Describe(stream=GUEST, looks=PERSONAL))
        each.order(Come(streams=("guest-ann",)))

    def write(n: int) -> None:
        with suppress(PersonalDataErased):
            (log, elsewhere)[n % 2].order(Describe(stream=GUEST, looks=f"{PERSONAL} {n}"))

    with ThreadPoolExecutor(12) as threads:
        written = [threads.submit(write, n) for n in range(60)]
        log.order(Forget(streams=("guest-ann", GUEST)))
        for writing in written:
            writing.result()

    assert set(log.state(GUEST)) == {"[erased]"}
    assert set(elsewhere.state(GUEST)) == {"[erased]"}
    with psycopg.connect(dsn) as connection:
        assert verify(connection).findings == []


def test_a_stream_that_is_erased_says_so_in_a_version_of_its_own(log: Log) -> None:
    log.order(Describe(stream=GUEST, looks=PERSONAL))
    log.order(Come(streams=("guest-ann",)))

    log.order(Forget(streams=("guest-ann", GUEST, "guest-nobody")))

    assert [past.event for past in log.stream(GUEST)][1:] == [StreamErased(stream=GUEST)]
    assert [past.version for past in log.stream("guest-ann")] == [1, 2]
    assert log.stream("guest-nobody") == []


def test_what_another_process_remembers_of_an_erased_stream_is_out_of_date(
    log: Log, elsewhere: Log
) -> None:
    """Whatever it decides on that, it decides again: also when its events are not personal."""
    elsewhere.order(Describe(stream=GUEST, looks=PERSONAL))
    log.order(Come(streams=("guest-ann",)))
    log.order(Forget(streams=("guest-ann", GUEST)))

    elsewhere.order(Come(streams=(GUEST, "guest-eve")))
    about = About(tenant=TENANT, actor="user-1", command_id=uuid4())

    with elsewhere.store.view(about) as view:
        assert view.of(GUESTS, GUEST) == ("[erased]", "1")
