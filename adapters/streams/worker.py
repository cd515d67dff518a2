"""The worker process as a Faust app: it says which slots are ours, and fetches what is published.

Whoever is assigned a partition of the topic `frontdesk.work` carries the consumers of that slot on.
Should two believe so at once, the checkpoints in PostgreSQL let only one of them do anything.
"""

import asyncio
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import faust
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError

from adapters.streams.feed import Feed
from adapters.streams.records import RecordNotUnderstood, Row, row_of
from adapters.streams.topics import ALL, GROUP, PARTITIONS, WORK, slot_of
from adapters.wakeups.bell import Bell

FETCH: Final = 2_000
FETCH_WAIT_MS: Final = 200
AGAIN: Final = 1.0
LEAVING: Final = 14.0
"""Seconds from being told to stop until a worker is gone, as if killed: nothing is lost by it."""

QUIET: Final[dict[str, Any]] = {"override_logging": False, "redirect_stdouts": False, "quiet": True}

log = structlog.get_logger()
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # an outage is said once, by us


class Slots:
    """Which slots this process has been given."""

    def __init__(self, changed: Bell) -> None:
        self._changed = changed
        self._mine: frozenset[int] = frozenset()

    def are_mine(self, slots: Iterable[int]) -> None:
        """Take these on, and no others."""
        self._mine = frozenset(slots)
        log.info("this worker has slots", slots=sorted(self._mine))
        self._changed.ring()

    @property
    def mine(self) -> Sequence[int]:
        """Those of this process, in order."""
        return sorted(self._mine)

    def has(self, consumer: str) -> bool:
        """Whether a consumer of the log is for this process."""
        return slot_of(consumer) in self._mine


def worker_app(bootstrap: str, slots: Slots, feed: Feed, *, session: int) -> faust.App:
    """Make the app, for `run` to let it work. After `session` seconds without a word from a worker
    others take over what it did.
    """
    app = faust.App(
        GROUP,
        broker=f"kafka://{bootstrap}",
        store="memory://",
        # It writes nothing of use there, but insists; where we run may be read-only.
        datadir=str(Path(tempfile.gettempdir()) / GROUP),
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        topic_partitions=PARTITIONS,
        table_standby_replicas=0,
        broker_session_timeout=session,
        broker_heartbeat_interval=session / 3,
        # A broker that comes back forgets its topics for a moment: who joins just then gets nothing
        # until this is asked again.
        consumer_metadata_max_age_ms=2_000,
        stream_wait_empty=False,
        loghandlers=[],
    )

    async def assigned(_: Any, assigned: Iterable[Any], **__: Any) -> None:
        slots.are_mine(each.partition for each in assigned if each.topic == WORK)
        if not fetching:  # not a task of the app: those wait until tables are recovered
            fetching.append(app.add_future(follow(bootstrap, feed, app)))

    async def revoked(*_: Any, **__: Any) -> None:
        slots.are_mine(())

    fetching: list[Any] = []
    app.agent(app.topic(WORK, partitions=PARTITIONS, internal=True))(_ignore)
    app.on_partitions_assigned.connect(assigned)
    app.on_partitions_revoked.connect(revoked)
    return app


class Worker(faust.Worker):  # type: ignore[misc]  # to mypy it is Any
    """Runs a Faust app in the main thread until it is told to stop. Whatever it waits for then, such
    as a broker that is away, it has some seconds to do so.
    """

    told = False

    def _schedule_shutdown(self, signal: Any) -> None:
        self.told = True
        end = threading.Timer(LEAVING, os._exit, (0,))
        end.daemon = True
        end.start()
        super()._schedule_shutdown(signal)


def run(app: faust.App) -> None:
    """Let Faust run until it is told to stop, which ends the process. It returns when Faust has
    given up, as it does if the broker goes while it begins: then another has to begin.
    """
    asyncio.set_event_loop(asyncio.new_event_loop())  # the one before has closed its own
    worker = Worker(app, loglevel="CRITICAL", **QUIET)
    worker.spinner = None  # it would draw on a terminal that is not its own
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        if worker.told:
            sys.exit()
        if not isinstance(end.__context__, KafkaConnectionError):
            raise


async def _ignore(stream: Any) -> None:
    """Nothing is said on this topic: it is there to be assigned."""
    async for _ in stream:
        pass


async def follow(bootstrap: str, feed: Feed, app: faust.App) -> None:
    """Fetch what is published from now on; what was before is in the log. No exception leaves:
    Faust would end the process for it.
    """
    while not app.should_stop:
        try:
            await fetch(bootstrap, feed, lambda: bool(app.should_stop))
        except (KafkaError, OSError) as error:
            log.warning("the broker cannot be reached", error=str(error))
        except Exception:
            log.exception("what is published cannot be fetched")
        await app.sleep(AGAIN)


async def fetch(
    bootstrap: str, feed: Feed, stopped: Callable[[], bool], *, begin: str = "latest"
) -> None:
    """Fetch until told to stop. All partitions, without a group: which consumers are ours is said
    by the slots.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset=begin,
        fetch_max_wait_ms=FETCH_WAIT_MS,
    )
    try:
        await consumer.start()
        consumer.assign([TopicPartition(topic, n) for topic in ALL for n in range(PARTITIONS)])
        while not stopped():
            fetched = await consumer.getmany(timeout_ms=FETCH_WAIT_MS, max_records=FETCH)
            if fetched:
                feed.put(_rows(fetched.values()))
    finally:
        await consumer.stop()


def _rows(fetched: Iterable[Iterable[Any]]) -> list[Row]:
    rows = []
    for records in fetched:
        for record in records:
            try:
                rows.append(row_of(record.value, record.headers))
            except RecordNotUnderstood:
                log.warning(
                    "a record is none of ours",
                    topic=record.topic,
                    partition=record.partition,
                    offset=record.offset,
                )
    return rows
