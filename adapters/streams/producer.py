"""Sends records by kafka-python, and waits for what the broker says of each."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

from adapters.streams.clients import connected
from adapters.streams.records import Record
from adapters.streams.relay import NotAcknowledged
from adapters.streams.topics import (
    ALL,
    FACTS,
    LIVE_CHANGELOG,
    LIVE_RETENTION_MS,
    PARTITIONS,
    REFUSED,
    RETENTION_MS,
    TOLD,
    WORK,
)

PATIENCE: Final = 20.0
"""Seconds for all records of a batch together."""

CLOSING: Final = 1.0
"""Seconds for a producer to end that has nothing more to send."""

logging.getLogger("kafka").setLevel(logging.CRITICAL)  # an outage is said once, by us


class KafkaPublisher:
    """A producer that is made anew when it has failed: then nothing it holds is sent late."""

    def __init__(
        self, bootstrap: str, *, replication: int = 1, facts_ms: int = RETENTION_MS
    ) -> None:
        self._bootstrap = bootstrap
        self._replication = replication
        self._facts_ms = facts_ms
        self._producer: Any = None

    def publish(self, records: Sequence[Record]) -> None:
        """Send these and wait until the broker has them all. Raises NotAcknowledged."""
        try:
            producer = self._connected()
            sent = [
                producer.send(r.topic, r.value, key=r.key, headers=r.headers, partition=r.partition)
                for r in records
            ]
            deadline = time.monotonic() + PATIENCE
            for each in sent:
                each.get(timeout=max(0.0, deadline - time.monotonic()))
        except (KafkaError, OSError) as error:
            self.close()
            raise NotAcknowledged from error

    def close(self) -> None:
        """Give the connection up."""
        producer, self._producer = self._producer, None
        if producer is not None:
            # Without it, what cannot be sent in time keeps it alive, and is sent late.
            producer._sender.force_close()  # noqa: SLF001 - `close` gives up before it does so
            with suppress(KafkaError):
                producer.close(timeout=CLOSING)

    def _connected(self) -> Any:
        if self._producer is None:
            ensure_topics(self._bootstrap, self._replication, self._facts_ms)
            self._producer = connected(
                KafkaProducer,
                bootstrap_servers=self._bootstrap,
                acks="all",
                enable_idempotence=True,
                linger_ms=2,
                batch_size=131_072,
                compression_type="gzip",
                delivery_timeout_ms=15_000,
                request_timeout_ms=5_000,
                max_block_ms=5_000,
                reconnect_backoff_max_ms=1_000,
            )
        return self._producer


def retentions(facts_ms: int = RETENTION_MS) -> dict[str, int]:
    """Return for how long each topic keeps what is on it, in milliseconds."""
    facts = {FACTS: facts_ms, REFUSED: facts_ms}
    ours = dict.fromkeys((*ALL, *TOLD, WORK), RETENTION_MS)
    return {**ours, **facts, LIVE_CHANGELOG: LIVE_RETENTION_MS}


def ensure_topics(bootstrap: str, replication: int = 1, facts_ms: int = RETENTION_MS) -> None:
    """Make the topics that are missing. Raises KafkaError."""
    admin = connected(
        KafkaAdminClient,
        bootstrap_servers=bootstrap,
        request_timeout_ms=5_000,
        reconnect_backoff_max_ms=1_000,
    )
    try:
        wanted = retentions(facts_ms)
        missing = sorted(wanted.keys() - set(admin.list_topics()))
        if missing:
            _make(admin, {topic: _new(topic, replication, wanted[topic]) for topic in missing})
    finally:
        admin.close()


def _make(admin: KafkaAdminClient, topics: dict[str, dict[str, Any]]) -> None:
    """All at once: that takes a tenth of the time. What somebody else has just made is there, too."""
    made = admin.create_topics(topics, raise_errors=False)
    for code in {each["error_code"] for each in made["topics"]}:
        if code not in (NoError.errno, TopicAlreadyExistsError.errno):
            raise for_code(code)
    admin.wait_for_topics(list(topics))


def _new(topic: str, replication: int, retention: int) -> dict[str, Any]:
    """Whole segments are deleted, so what is in one lies there for as long as it is written, too. What
    others tell us is in the clear: it goes in small ones, and by the broker's clock, not its sender's.
    """
    others = topic in (FACTS, REFUSED)
    configs = {
        "retention.ms": str(retention),
        "segment.ms": str(retention // 24 if others else retention),
        "message.timestamp.type": "LogAppendTime" if others else "CreateTime",
    }
    return {"num_partitions": PARTITIONS, "replication_factor": replication, "configs": configs}
