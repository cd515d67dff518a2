"""Takes what other systems tell us on Kafka, and says on another topic what was refused, and why.

A fact is settled when what was told is recorded, or refused where its sender can read it. So it may be
taken twice, and is then answered as it was the first time. Nothing that one record says holds up
another; only a database or a broker that is away is waited for, and what only another release can
read is left to it: another type of fact that it takes, or what it has recorded of whom a fact is about.
"""

import hashlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar
from uuid import uuid5

import msgspec
import structlog
from psycopg import Error, OperationalError

from adapters.consumers.delivery import is_poison
from adapters.event_store.unread import who_hears
from adapters.postgres import Database
from adapters.streams.records import Record, ce_time
from adapters.streams.relay import NotAcknowledged, Publisher
from adapters.streams.topics import REFUSED, partition_of
from application.dispatch import TooContended
from application.operations.facts import (
    HEARER,
    FactNotUnderstood,
    Facts,
    FactTypeNotKnown,
    SourceNotKnown,
    Told,
    repeatable,
)
from application.ports import Answer, Clock, NotReadableHere, StoreUnavailableError, traced
from domain.messages import DomainError
from domain.values import FRONTDESK, TenantId

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
        unread: Callable[[str], None] = lambda _: None,
        key_is_elsewhere: Callable[[], bool] = lambda: False,
    ) -> None:
        self._facts = facts
        self._database = database
        self._publisher = publisher
        self._sources = sources
        self._clock = clock
        self._unread = unread
        self._key_is_elsewhere = key_is_elsewhere

    def settle(self, records: Sequence[Any], stop: threading.Event) -> int:
        """Take or refuse one after the other; return how many. It ends before one that only another process
        can read, and where something is away, when told to stop.
        """
        settled = list(self._settling(records, stop))
        refusals = [each.refusal for each in settled if each.refusal is not None]
        if refusals and not _insisting(lambda: self._say(refusals), stop):
            return 0
        if settled and not _insisting(lambda: self._count(settled), stop):
            return 0
        return len(settled)

    def close(self) -> None:
        """Give the connection up by which refusals are said."""
        self._publisher.close()

    def _settling(self, records: Sequence[Any], stop: threading.Event) -> Iterator[Settled]:
        for record in records:
            try:
                became = _insisting(partial(self._settle, record), stop)
            except NotReadableHere:
                log.warning("a fact is left to another process", offset=record.offset)
                return
            if became is None:
                return
            yield became

    def _settle(self, record: Any) -> Settled:
        try:
            answer = self._take(told_by(record.value, record.headers, self._sources))
        except Exception as error:
            if _is_away(error) or self._is_for_another(error):
                raise
            return self._refuse(record, error)
        return Settled(REPEATED if answer.repeated else TAKEN)

    def _is_for_another(self, error: Exception) -> bool:
        """Whether another process can read what we cannot, or will. A key that none of them knows may
        be lost: nothing waits for that.
        """
        if not isinstance(error, NotReadableHere):
            return False
        return error.facts.get("needs") == "release" or self._key_is_elsewhere()

    def _take(self, told: Told) -> Answer:
        try:
            return self._facts.take(told)
        except FactTypeNotKnown:
            if self._is_taken_elsewhere(told.type):
                self._unread(told.type)
                raise NotReadableHere(needs="release") from None
            raise

    def _is_taken_elsewhere(self, type_: str) -> bool:
        with self._database.as_worker() as connection:
            return HEARER in who_hears(connection, [type_]).get(type_, ())

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
    """Return headers as text; if they need not be whole, whatever can be read of them."""
    if not whole:
        return {name: (v or b"").decode(errors="replace") for name, v in headers}
    try:
        return {name: (value or b"").decode() for name, value in headers}
    except UnicodeDecodeError:
        raise FactNotUnderstood(reason="a header is no UTF-8") from None


def _insisting(do: Callable[[], T], stop: threading.Event) -> T | None:
    """Do it as soon as nothing needed for it is away; return None if told to stop before."""
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
    return isinstance(error, StoreUnavailableError | TooContended | NotAcknowledged)


COUNT: Final = """
    INSERT INTO work.facts (outcome, facts) SELECT * FROM unnest(%s::text[], %s::bigint[])
    ON CONFLICT (outcome) DO UPDATE SET facts = work.facts.facts + excluded.facts
"""
