"""An event as a record: everything is in it, in the headers that others know."""

import importlib
import pkgutil
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import domain
from adapters.streams.records import (
    RecordNotUnderstood,
    Said,
    record_of,
    row_of,
    told_record_of,
)
from adapters.streams.topics import (
    OTHERS,
    PARTITIONS,
    TOPICS,
    is_placed,
    partition_of,
    slot_of,
    topic_of,
)
from domain.aggregate import Aggregate
from domain.catalogue import KINDS

AT = datetime(2027, 1, 4, 8, 30, 15, 123456, tzinfo=UTC)
METADATA = (
    '{"id":"0198c0de-0000-7000-8000-00000000000e","actor":"user-1","command":"c",'
    '"correlation":"abc","trace":"00-1-2-01"}'
)
ROW = (
    *(7, "0198c0de-0000-7000-8000-0000000000aa", 3, "booking-1", 2, "booking-confirmed.v1"),
    *('{"booking_id":"booking-1"}', AT, METADATA, None),
)

LINE = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


def test_an_event_is_a_cloud_event() -> None:
    record = record_of(ROW, sequence=41)

    assert (record.topic, record.key) == ("frontdesk.bookings", b"booking-1")
    assert record.value == b'{"booking_id":"booking-1"}'
    assert dict(record.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": b"0198c0de-0000-7000-8000-00000000000e",
        "ce_source": b"/frontdesk/tenants/0198c0de-0000-7000-8000-0000000000aa",
        "ce_type": b"booking-confirmed.v1",
        "ce_subject": b"booking-1",
        "ce_time": b"2027-01-04T08:30:15.123456Z",
        "ce_partitionkey": b"booking-1",
        "ce_position": b"7",
        "ce_tenantid": b"0198c0de-0000-7000-8000-0000000000aa",
        "ce_tenantposition": b"3",
        "ce_streamversion": b"2",
        "ce_sequence": b"41",
        "ce_correlationid": b"abc",
        "traceparent": b"00-1-2-01",
        "content-type": b"application/json",
        "frontdesk_metadata": METADATA.encode(),
    }


def test_others_are_told_of_it_in_a_record_without_our_notes() -> None:
    sealed = (*ROW[:9], b"sealed")

    ours = record_of(sealed, sequence=41)
    told = told_record_of(sealed, Said("booking.confirmed.v1", b'{"id":"booking-1"}'), sequence=7)

    assert (told.topic, told.partition) == ("frontdesk.told.bookings", ours.partition)
    assert (told.key, told.value) == (ours.key, b'{"id":"booking-1"}')
    assert dict(told.headers) == {
        name: value
        for name, value in ours.headers
        if name not in ("frontdesk_metadata", "frontdesk_personal")
    } | {"ce_type": b"booking.confirmed.v1", "ce_sequence": b"7"}


@given(
    position=st.integers(1, 2**62),
    stream=LINE,
    data=LINE,
    at=st.datetimes(timezones=st.just(UTC)),
    personal=st.none() | st.binary(),
)
def test_what_was_published_is_read_as_it_was_recorded(
    position, stream, data, at, personal
) -> None:
    row = (position, *ROW[1:3], stream, *ROW[4:6], data, at, METADATA, personal)

    record = record_of(row)

    assert row_of(record.value, record.headers) == row


@pytest.mark.parametrize("missing", ["ce_position", "ce_time", "ce_type", "frontdesk_metadata"])
def test_what_is_none_of_ours_is_told_apart(missing: str) -> None:
    record = record_of(ROW)
    headers = [(name, value) for name, value in record.headers if name != missing]

    with pytest.raises(RecordNotUnderstood):
        row_of(record.value, headers)
    with pytest.raises(RecordNotUnderstood):
        row_of(b"\xff", record.headers)


@pytest.mark.parametrize(
    ("key", "partition"),
    [(b"21", 0), (b"foobar", 6), (b"a-little-bit-long-string", 8), (b"abc", 3)],
)
def test_keys_go_where_kafkas_own_clients_send_them(key: bytes, partition: int) -> None:
    """The hashes are those of Kafka's UtilsTest, -973932308 for 21 and so on, without the sign."""
    assert partition_of(key) == partition


def test_what_nobody_knows_yet_is_published_too() -> None:
    assert topic_of("booking-1") == "frontdesk.bookings"
    assert topic_of("invoice-1") == OTHERS


@pytest.mark.parametrize("kind", TOPICS)
def test_a_kind_of_thing_has_its_topic_also_if_its_name_begins_as_another_does(kind: str) -> None:
    assert topic_of(f"{kind}-0198c0de-0000-7000-8000-00000000000e") == TOPICS[kind]


def aggregates() -> set[str]:
    """Name every kind of stream that there is."""
    names = (each.name for each in pkgutil.walk_packages(domain.__path__, "domain."))
    there = [value for name in names for value in vars(importlib.import_module(name)).values()]
    declared = {each.kind for each in there if isinstance(each, Aggregate)}
    return declared | {kind.one for kind in KINDS}


def test_of_every_kind_of_stream_it_is_said_where_it_goes() -> None:
    """What may happen to each, an erasure, does not say it: a relay would wait for one that knows, for ever."""
    assert {kind for kind in aggregates() if not is_placed(f"{kind}-1")} == set()
    assert not is_placed("invoice-1")


def test_a_consumer_has_one_slot_everywhere() -> None:
    assert [slot_of(name) for name in ("bookings", "clients", "series")] == [5, 8, 9]
    assert {slot_of(f"consumer {n}") for n in range(200)} == set(range(PARTITIONS))
