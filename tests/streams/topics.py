"""Topics in memory, whose broker fails when it is told to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from adapters.streams.producer import ensure_topics
from adapters.streams.records import Record, Row, row_of
from adapters.streams.relay import NotAcknowledged
from adapters.streams.topics import LIVE_CHANGELOG


class Topics:
    """A publisher that keeps what it is sent. `failures` tells, batch by batch, after how many
    records it fails; None is a batch that does not.
    """

    def __init__(self, failures: Sequence[int | None] = ()) -> None:
        self.partitions: dict[tuple[str, int], list[Record]] = defaultdict(list)
        self._failures: Iterator[int | None] = iter(failures)

    def publish(self, records: Sequence[Record]) -> None:
        taken = next(self._failures, None)
        for record in records[:taken]:
            self.partitions[record.place].append(record)
        if taken is not None:
            raise NotAcknowledged

    def close(self) -> None:
        """There is nothing to give up."""

    def rows(self, number: int) -> list[Row]:
        """Return what is in one of the partitions there are."""
        places = sorted(self.partitions)
        if not places:
            return []
        return [row_of(r.value, r.headers) for r in self.partitions[places[number % len(places)]]]

    def sequences(self) -> dict[Any, list[int]]:
        """Return the numbers of the records of each partition, as they were sent."""
        return {
            place: [int(dict(record.headers)["ce_sequence"]) for record in records]
            for place, records in self.partitions.items()
        }


def emptied(bootstrap: str, *topics: str) -> None:
    """Remove what earlier tests have published there, and what was counted of it: another log is
    about to begin at one.
    """
    topics = (*topics, LIVE_CHANGELOG)
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        there = set(topics) & set(admin.list_topics())
        if there:
            admin.delete_topics(sorted(there))
        while there & set(admin.list_topics()):
            pass
    finally:
        admin.close()
    ensure_topics(bootstrap)


def everything_on(bootstrap: str) -> list[Any]:
    """Return every record of every topic, the broker's own among them, from the beginning to what
    is the end now.
    """
    with KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False) as consumer:
        topics = consumer.topics() | {"__consumer_offsets"}
        places = [
            TopicPartition(topic, number)
            for topic in topics
            for number in consumer.partitions_for_topic(topic) or ()
        ]
        consumer.assign(places)
        consumer.seek_to_beginning()
        ends = consumer.end_offsets(places)
        records: list[Any] = []
        while any(consumer.position(place) < ends[place] for place in places):
            records += [each for found in consumer.poll(200).values() for each in found]
        return records
