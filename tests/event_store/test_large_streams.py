"""A stream is read in one go where it fits, and in parts where it does not, however it is stored."""

import random
from base64 import b64encode
from uuid import uuid4

import pytest

from adapters.event_store.store import MOST_BYTES
from application.ports import About, EventTooLarge
from tests.event_store.examples import GUEST, TENANT, Came, Described, Log, new_guest

pytestmark = pytest.mark.postgres

LENGTH = 60_000
MORE_THAN_FITS, FEWER = 40, 30
"""Events of so many bytes, of which two megabytes are read at once."""

COMPRESSED = "x" * LENGTH
NOT_COMPRESSED = b64encode(random.Random(7).randbytes(LENGTH * 3 // 4)).decode()


def recorded(log: Log, text: str, count: int) -> str:
    """Record so many large events in a stream; return its name."""
    stream = new_guest()
    for _ in range(count // 10):
        about = About(tenant=TENANT, actor="user-1", command_id=uuid4())
        with log.store.view(about) as past:
            past.of(GUEST, stream)
            log.store.append(past, {stream: 10 * [Came(guest=text)]}, about)
    return stream


def parts_of(log: Log, text: str, count: int) -> list[int]:
    """Return how many of so many large events come in each part when they are read."""
    stream = recorded(log, text, count)
    with (
        log.database.as_tenant(TENANT) as connection,
        log.reader.parts(connection, TENANT, stream) as parts,
    ):
        return [len(part) for part in parts]


@pytest.mark.parametrize("text", [COMPRESSED, NOT_COMPRESSED], ids=["compressed", "not compressed"])
def test_what_does_not_fit_comes_in_parts(log: Log, text: str) -> None:
    found = parts_of(log, text, MORE_THAN_FITS)

    assert len(found) > 1
    assert sum(found) == MORE_THAN_FITS


@pytest.mark.parametrize("text", [COMPRESSED, NOT_COMPRESSED], ids=["compressed", "not compressed"])
def test_what_fits_comes_at_once(log: Log, text: str) -> None:
    assert parts_of(log, text, FEWER) == [FEWER]


def test_another_is_read_while_one_is(log: Log) -> None:
    first, second = (recorded(log, COMPRESSED, MORE_THAN_FITS) for _ in range(2))

    with (
        log.database.as_tenant(TENANT) as connection,
        log.reader.parts(connection, TENANT, first) as parts,
    ):
        begun = len(next(iter(parts)))
        with log.reader.parts(connection, TENANT, second) as others:
            assert sum(map(len, others)) == MORE_THAN_FITS
        assert begun + sum(map(len, parts)) == MORE_THAN_FITS


def test_what_is_personal_counts_as_well_to_what_an_event_may_be(log: Log) -> None:
    """Kafka's brokers take messages up to a megabyte, headers included."""
    stream = new_guest()
    about = About(tenant=TENANT, actor="user-1", command_id=uuid4())

    with log.store.view(about) as past:
        past.of(GUEST, stream)
        with pytest.raises(EventTooLarge):
            log.store.append(past, {stream: [Described(guest="g", looks="x" * MOST_BYTES)]}, about)
