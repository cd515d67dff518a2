"""Which topic and partition an event goes to."""

import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from kafka.partitioner.default import murmur2

from domain.catalogue import KINDS

PARTITIONS: Final = 12
"""Of every topic. It cannot be changed later: it would send streams elsewhere."""

RETENTION_MS: Final = 7 * 24 * 3600 * 1000
"""A week: who was away for longer reads history over HTTP."""

OTHERS: Final = "frontdesk.others"
"""For what needs no topic of its own, and for what others record by way of our log, under names of their own.
What a newer release of ours may record, of a kind that we do not know, is published by a relay that knows
where.
"""

TOPICS: Final[Mapping[str, str]] = {
    "agenda": "frontdesk.agendas",
    "allowance": OTHERS,
    "assignment": OTHERS,
    "block": "frontdesk.time-blocks",
    "booking": "frontdesk.bookings",
    "caseload": OTHERS,
    "claim": "frontdesk.claims",
    "client": "frontdesk.clients",
    "clientlimits": OTHERS,
    "configuration": OTHERS,
    "file": "frontdesk.files",
    "heard": OTHERS,
    "hold": "frontdesk.holds",
    "identity": "frontdesk.identities",
    "lead": "frontdesk.leads",
    "message": "frontdesk.messages",
    "links": "frontdesk.links",
    "payment": "frontdesk.payments",
    "portrait": "frontdesk.portraits",
    "professional": "frontdesk.professionals",
    "scheduled": "frontdesk.scheduled",
    "scoring": OTHERS,
    "series": "frontdesk.series",
    "service": "frontdesk.services",
    "submission": "frontdesk.submissions",
    "template-reviews": OTHERS,
    "tenant": "frontdesk.tenants",
    "thread": "frontdesk.threads",
    "timeblocks": "frontdesk.time-blocks",
    "user": "frontdesk.users",
    **{kind.one: f"frontdesk.{kind.many}" for kind in KINDS},
}
"""By the kind of a stream, which is how its name begins. A block of time and the stream that lists
those of a professional are one kind of thing to others.
"""

_LONGEST: Final = sorted(TOPICS, key=len, reverse=True)
"""Longest first: a kind whose name has a dash is not the one that its first word would be."""

WORK: Final = "frontdesk.work"
"""Carries nothing: who is given one of its partitions carries the consumers of that slot on."""

GROUP: Final = "frontdesk-workers"
"""Who divide it."""

FACTS: Final = "frontdesk.facts"
"""Where other systems tell us things; see `adapters/streams/facts.py`."""

REFUSED: Final = "frontdesk.facts.refused"
"""Where they are told what we did not take, and why."""

LIVE: Final = "live-bookings"
"""The table in which workers count; see `adapters/live_bookings/agent.py`."""

LIVE_CHANGELOG: Final = f"{GROUP}-{LIVE}-changelog"
"""What that table was, for whoever takes a partition over. Faust gives it its name."""

LIVE_RETENTION_MS: Final = 2 * 3600 * 1000
"""Deleted, not compacted: the last word on something need not be the newest."""

ALL: Final = tuple(dict.fromkeys((*TOPICS.values(), OTHERS)))
"""What our own workers carry on from: events as they are stored, and nothing for anybody else."""

UNTOLD: Final = frozenset(TOPICS[kind] for kind in ("agenda", "claim", "identity", "links"))
"""Of which nothing is told to others."""


def told_of(topic: str) -> str:
    """Return the topic on which others are told of what is on one of ours."""
    return topic.replace("frontdesk.", "frontdesk.told.", 1)


TOLD: Final = tuple(told_of(topic) for topic in ALL if topic not in UNTOLD)
"""What others read: see `application/told.py`."""


def topic_of(stream: str) -> str:
    """Return the topic of a stream, or of all of a kind.

    >>> topic_of("client-1"), topic_of("client"), topic_of("clientlimits-1")
    ('frontdesk.clients', 'frontdesk.clients', 'frontdesk.others')
    """
    kind = _kind_of(stream)
    return OTHERS if kind is None else TOPICS[kind]


def is_placed(stream: str) -> bool:
    """Whether a stream is of a kind of which this release knows where it goes."""
    return _kind_of(stream) is not None


def _kind_of(stream: str) -> str | None:
    return next((kind for kind in _LONGEST if f"{stream}-".startswith(f"{kind}-")), None)


def partition_of(key: bytes) -> int:
    """Return the partition of a key, as Kafka's own clients choose it: murmur2 without its sign."""
    return int((murmur2(key) & 0x7FFFFFFF) % PARTITIONS)


@lru_cache(maxsize=10_000)
def place_of(stream: str) -> tuple[str, int]:
    """Return topic and partition of a stream. Its events come soon after each other, and working the
    partition out takes as long as making a third of a record.
    """
    return topic_of(stream), partition_of(stream.encode())


def told_place_of(stream: str) -> tuple[str, int]:
    """Return where others are told of a stream."""
    topic, partition = place_of(stream)
    return told_of(topic), partition


def slot_of(consumer: str) -> int:
    """Return the slot that a consumer of the log belongs to, the same in every process."""
    return zlib.crc32(consumer.encode()) % PARTITIONS
