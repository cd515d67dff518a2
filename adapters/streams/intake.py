"""Reads what other systems tell us, as a member of a consumer group: who is assigned a partition takes
what is there. Offsets are committed after what was told is settled; see `facts.py`.

What only another release can read stops its partition, and no other; before long we leave the group
for a moment, so that another is assigned that partition.
"""

import math
import threading
import time
from collections.abc import Sequence
from typing import Any, Final

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from adapters.streams.clients import connected
from adapters.streams.facts import FactsDesk
from adapters.streams.topics import FACTS

GROUP: Final = "frontdesk-facts"
BATCH: Final = 100
POLL_MS: Final = 500
LEAVE_MS: Final = 2_000
AGAIN: Final = 1.0
"""Seconds after which a broker that is away is tried again."""

PATIENCE: Final = 10.0
"""Seconds until we leave who has a partition that we cannot go on with: meanwhile the others go on."""

AWAY: Final = 5.0
"""Seconds for which we then leave all partitions to others."""

log = structlog.get_logger()


class FactsIntake:
    """Reads the topic. After `session` seconds without a word from a member others are assigned what it
    had.
    """

    def __init__(self, bootstrap: str, desk: FactsDesk, *, session: int) -> None:
        self._bootstrap = bootstrap
        self._session_ms = session * 1000
        self._desk = desk

    def run(self, stop: threading.Event) -> None:
        """Take facts until told to stop. A broker that is away is said, and waited for."""
        while not stop.is_set():
            try:
                self._follow(stop)
                stop.wait(AWAY)
            except (KafkaError, OSError) as error:
                log.warning("the broker cannot be reached", error=str(error))
                stop.wait(AGAIN)
            except Exception:
                log.exception("facts cannot be taken")
                stop.wait(AGAIN)
        self._desk.close()

    def _follow(self, stop: threading.Event) -> None:
        """Be a member, until told to stop or something was left to others for too long."""
        consumer, until = self._joined(), math.inf
        try:
            while not stop.is_set() and time.monotonic() < until:
                if self._take(consumer, stop):
                    until = min(until, time.monotonic() + PATIENCE)
        finally:
            consumer.close(autocommit=False, timeout_ms=LEAVE_MS)

    def _joined(self) -> KafkaConsumer:
        return connected(
            KafkaConsumer,
            FACTS,
            bootstrap_servers=self._bootstrap,
            group_id=GROUP,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=BATCH,
            session_timeout_ms=self._session_ms,
            heartbeat_interval_ms=self._session_ms // 3,
            reconnect_backoff_max_ms=1_000,
        )

    def _take(self, consumer: KafkaConsumer, stop: threading.Event) -> bool:
        """Take what has come; return whether something has to be left to others."""
        found = consumer.poll(timeout_ms=POLL_MS)
        left = [
            place for place, records in found.items() if not self._settled(consumer, records, stop)
        ]
        consumer.pause(*left)
        if found:
            consumer.commit()
        return bool(left)

    def _settled(
        self, consumer: KafkaConsumer, records: Sequence[Any], stop: threading.Event
    ) -> bool:
        """Settle those of a partition, or as many as can be: where it stops, we stand."""
        done = self._desk.settle(records, stop)
        if done == len(records):
            return True
        first = records[done]
        consumer.seek(TopicPartition(first.topic, first.partition), first.offset)
        return False
