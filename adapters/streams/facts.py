"""Takes what other systems tell us on Kafka, and says on another topic what was refused, and why.

A consumer group of its own, in a thread of every worker: who is assigned a partition takes what is
there. Offsets are committed after what was told is recorded, or refused where its sender can read
it. So a fact may be taken twice, and is then answered as it was the first time. Nothing that one
record says holds up another; only a database or a broker that is away is waited for.
"""

import hashlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar
from uuid import uuid5

import msgspec
import structlog
from kafka import KafkaConsumer
from kafka.errors import KafkaError
from psycopg import Error, OperationalError

from adapters.delivery import is_poison
from adapters.postgres import Database
from adapters.streams.records import Record, ce_time
from adapters.streams.relay import NotAcknowledged, Publisher
from adapters.streams.topics import FACTS, REFUSED, partition_of
from application.dispatch import TooContended
from application.facts import FactNotUnderstood, Facts, SourceNotKnown, Told, repeatable
from application.ports import Clock, NotReadableHere, StoreUnavailableError, traced
from domain.messages import DomainError
from domain.values import FRONTDESK, TenantId

GROUP: Final = "frontdesk-facts"
BATCH: Final = 100
POLL_MS: Final = 500
LEAVE_MS: Final = 2_000
AGAIN: Final = 1.0
"""Seconds after which a database or a broker that is away is tried again."""

FACT_REFUSED: Final = "fact-refused.v1"
TAKEN: Final = "taken"
REPEATED: Final = "repeated"

log = structlog.get_logger()

T = TypeVar("T")

Headers = Iterable[tuple[str, bytes | None]]

_NAMED: Final = re.compile(r"[!-~]{1,200}")
_JSON: Final = re.compile(r"application/json\s*(;.*)?", re.IGNORECASE)


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Why a fact was refused: `code` for programs, `detail` for people. It is named by where it lies and by
    what its sender called it, unless that could be somebody's address; what it says is not repeated.
    """

    code: str
    detail: str
    facts: dict[str, Any]
    id: str | None
    source: str | None
    type: str | None
    topic: str
    partition: int
    offset: int


class Settled(NamedTuple):
    """What became of a record."""

    outcome: str
    refusal: Record | None = None


class FactsDesk:
    """Settles records, in batches. `sources` says which are listened to, for which business."""

    def __init__(
        self,
        facts: Facts,
        database: Database,
        publisher: Publisher,
        *,
        sources: Mapping[str, TenantId],
        clock: Clock,
    ) -> None:
        self._facts = facts
        self._database = database
        self._publisher = publisher
        self._sources = sources
        self._clock = clock

    def settle(self, records: Sequence[Any], stop: threading.Event) -> bool:
        """Take or refuse each; tell whether all of it is done, or we were told to stop before."""
        settled = []
        for record in records:
            became = self._become_of(record, stop)
            if became is None:
                return False
            settled.append(became)
        refusals = [each.refusal for each in settled if each.refusal is not None]
        if refusals and not _insisting(lambda: self._say(refusals), stop):
            return False
        return bool(_insisting(lambda: self._count(settled), stop))

    def close(self) -> None:
        """Give the connection up by which refusals are said."""
        self._publisher.close()

    def _become_of(self, record: Any, stop: threading.Event) -> Settled | None:
        return _insisting(lambda: self._settle(record), stop)

    def _settle(self, record: Any) -> Settled:
        try:
            answer = self._facts.take(told_by(record.value, record.headers, self._sources))
        except Exception as error:
            if _is_away(error):
                raise
            return self._refuse(record, error)
        return Settled(REPEATED if answer.repeated else TAKEN)

    def _refuse(self, record: Any, error: Exception) -> Settled:
        if isinstance(error, DomainError):
            code, detail, facts = error.code, str(error), dict(error.facts)
        else:
            log.error("a fact could not be taken", offset=record.offset, exc_info=error)
            code, detail, facts = "internal-error", "Something went wrong on our side.", {}
        return Settled(code, refusal_of(record, code, detail, facts, at=self._clock()))

    def _say(self, refusals: Sequence[Record]) -> bool:
        self._publisher.publish(refusals)
        return True

    def _count(self, settled: Sequence[Settled]) -> bool:
        counts = Counter(each.outcome for each in settled)
        outcomes = sorted(counts)
        with self._database.as_worker() as connection:
            connection.execute(COUNT, (outcomes, [counts[each] for each in outcomes]))
        return True


class FactsIntake:
    """Reads the topic, as a member of the group."""

    def __init__(self, bootstrap: str, desk: FactsDesk) -> None:
        self._bootstrap = bootstrap
        self._desk = desk

    def run(self, stop: threading.Event) -> None:
        """Take facts until told to stop. A broker that is away is said, and waited for."""
        while not stop.is_set():
            try:
                self._follow(stop)
            except (KafkaError, OSError) as error:
                log.warning("the broker cannot be reached", error=str(error))
                stop.wait(AGAIN)
            except Exception:
                log.exception("facts cannot be taken")
                stop.wait(AGAIN)
        self._desk.close()

    def _follow(self, stop: threading.Event) -> None:
        consumer = KafkaConsumer(
            FACTS,
            bootstrap_servers=self._bootstrap,
            group_id=GROUP,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=BATCH,
            session_timeout_ms=10_000,
            reconnect_backoff_max_ms=1_000,
        )
        try:
            while not stop.is_set():
                found = consumer.poll(timeout_ms=POLL_MS)
                records = [record for each in found.values() for record in each]
                if records and self._desk.settle(records, stop):
                    consumer.commit()
        finally:
            consumer.close(autocommit=False, timeout_ms=LEAVE_MS)


def told_by(value: bytes | None, headers: Headers, sources: Mapping[str, TenantId]) -> Told:
    """Read a record. Raises FactNotUnderstood, SourceNotKnown."""
    said = _texts(headers)
    if said.get("ce_specversion") != "1.0":
        raise FactNotUnderstood(reason="ce_specversion must be 1.0")
    for name in ("ce_id", "ce_source", "ce_type"):
        if not _NAMED.fullmatch(said.get(name, "")):
            raise FactNotUnderstood(reason=f"{name} must be 1 to 200 characters of ASCII")
    if not _JSON.fullmatch(said.get("content-type", "application/json")):
        raise FactNotUnderstood(reason="content-type must be application/json")
    if said["ce_source"] not in sources:
        raise SourceNotKnown
    return Told(
        tenant=sources[said["ce_source"]],
        source=said["ce_source"],
        id=said["ce_id"],
        type=said["ce_type"],
        data=value or b"",
        trace=traced(said.get("traceparent")),
    )


def refusal_of(
    record: Any, code: str, detail: str, facts: Mapping[str, Any], *, at: datetime
) -> Record:
    """Return what is said of a record that was refused; the same id each time. Its key may be somebody's
    address: what has the same key has the same here, which is another.
    """
    said = _texts(record.headers, whole=False)
    refused = Refused(
        code=code,
        detail=detail,
        facts=dict(facts),
        id=repeatable(said.get("ce_id")),
        source=repeatable(said.get("ce_source")),
        type=repeatable(said.get("ce_type")),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
    )
    place = f"{record.topic}/{record.partition}/{record.offset}"
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid5(FRONTDESK, f"refused/{place}")),
        "ce_source": "/frontdesk/facts",
        "ce_type": FACT_REFUSED,
        "ce_time": ce_time(at),
        "content-type": "application/json",
    }
    key = hashlib.sha256(record.key or b"").hexdigest()[:32].encode()
    value = msgspec.json.encode(refused, enc_hook=str)
    encoded = [(name, text.encode()) for name, text in headers.items()]
    return Record(REFUSED, partition_of(key), key, value, encoded)


def _texts(headers: Headers, *, whole: bool = True) -> dict[str, str]:
    """Give headers as text; if they need not be whole, whatever can be read of them."""
    if not whole:
        return {name: (v or b"").decode(errors="replace") for name, v in headers}
    try:
        return {name: (value or b"").decode() for name, value in headers}
    except UnicodeDecodeError:
        raise FactNotUnderstood(reason="a header is no UTF-8") from None


def _insisting(do: Callable[[], T], stop: threading.Event) -> T | None:
    """Do it as soon as nothing needed for it is away; give None if told to stop before."""
    while True:
        try:
            return do()
        except Exception as error:
            if not _is_away(error):
                raise
            log.warning("facts have to wait", error=str(error.__cause__ or error))
            if stop.wait(AGAIN):
                return None


def _is_away(error: Exception) -> bool:
    """Tell what is wrong with the world, and may pass, from what is wrong with a record."""
    if isinstance(error, Error):
        return isinstance(error, OperationalError) and not is_poison(error)
    if isinstance(error, NotReadableHere):  # who has the key of a stream may be a person only
        return error.facts.get("needs") == "release"
    return isinstance(error, StoreUnavailableError | TooContended | NotAcknowledged)


COUNT: Final = """
    INSERT INTO work.facts (outcome, facts) SELECT * FROM unnest(%s::text[], %s::bigint[])
    ON CONFLICT (outcome) DO UPDATE SET facts = work.facts.facts + excluded.facts
"""
