"""Tampering is found and named: in the database, and in a bundle without any database."""

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from adapters.event_store.bundle import NotABundleError, export, verify_bundle
from adapters.event_store.chain import Finding, Head
from adapters.event_store.verify import Report, verify
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres


@pytest.fixture
def log(running: Running, dsn: str) -> Iterator[Connection[Any]]:
    """A log with the history of a few bookings, and the hand of somebody who may do anything."""
    salon, http = Salon.opened(running), running.http()
    for day in range(5, 9):
        where = salon.book(http, f"2027-01-0{day}T10:00:00+01:00", notes="n").headers["location"]
        http.post(f"{where}/confirm")
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def found(log: Connection[Any], **stated: Any) -> list[Finding]:
    return verify(log, **stated).findings


def test_an_untouched_log_verifies(log: Connection[Any]) -> None:
    report = verify(log)

    assert report.findings == []
    assert report.events == log.execute("SELECT count(*) FROM log.events").fetchall()[0][0]


@pytest.mark.parametrize(
    "change",
    [
        "data = replace(data::text, '2027', '2028')::json",
        "data = (data::text || ' ')::json",
        "metadata = replace(metadata::text, 'user-', 'uzer-')::json",
        "type = type || 'x'",
        "stream = stream || 'x'",
        "version = version + 100",
        "recorded_at = recorded_at + interval '1 microsecond'",
        "personal = coalesce(set_byte(personal, 5, get_byte(personal, 5) # 1), '\\x00')",
        "hash = set_byte(hash, 0, get_byte(hash, 0) # 1)",
    ],
)
def test_one_altered_byte_is_found_and_named(log: Connection[Any], change: str) -> None:
    (position,) = log.execute(
        "SELECT min(position) FROM log.events WHERE type = 'booking-requested.v2'"
    ).fetchall()[0]

    log.execute(f"UPDATE log.events SET {change} WHERE position = %s", (position,))

    assert found(log)[0].position == position


def test_a_deleted_event_is_missed(log: Connection[Any]) -> None:
    log.execute("DELETE FROM log.events WHERE position = 4")

    findings = found(log)

    assert [f.tenant_position for f in findings if "missing" in f.problem] == [4]
    assert any("nothing is at" in f.problem for f in findings)


def test_an_inserted_event_is_found(log: Connection[Any]) -> None:
    log.execute(
        """
        INSERT INTO log.events
        SELECT position + 1, tenant_id, tenant_position + 1, stream, version + 1, type, data,
               personal, metadata, recorded_at, hash
        FROM log.events ORDER BY position DESC LIMIT 1
        """
    )

    assert len(found(log)) == 1


def test_swapped_events_are_found(log: Connection[Any]) -> None:
    log.execute(
        "UPDATE log.events SET data = (SELECT data FROM log.events WHERE position = 5) WHERE position = 3"
    )

    assert [f.position for f in found(log)] == [3]


def test_a_tail_that_was_cut_off_is_found_by_a_head_stated_before(log: Connection[Any]) -> None:
    heads = verify(log).heads
    log.execute(
        "DELETE FROM log.events WHERE position > (SELECT max(position) - 2 FROM log.events)"
    )

    assert found(log) == []
    (finding,) = found(log, stated=heads)
    assert "the log ends here" in finding.problem


def test_a_head_that_was_never_there_is_found(log: Connection[Any]) -> None:
    (tenant,) = verify(log).heads

    (finding,) = found(log, stated={tenant: Head(3, b"?" * 32)})

    assert "another one" in finding.problem


def test_a_bundle_is_verified_without_a_database(log: Connection[Any], running: Running) -> None:
    lines = list(export(log, running.tenant))

    header, findings = verify_bundle(lines)

    assert (header.tenant, header.events, findings) == (running.tenant, len(lines) - 1, [])


def test_a_history_that_is_exported_is_not_in_memory_as_a_whole(
    log: Connection[Any], running: Running
) -> None:
    log.execute(MANY_LARGE, {"tenant": running.tenant})

    tracemalloc.start()
    try:
        written = sum(map(len, export(log, running.tenant)))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert written > 2 * most


MANY_LARGE = """
    INSERT INTO log.events (position, tenant_id, tenant_position, stream, version, type, data,
        metadata, recorded_at, hash)
    SELECT last + n, %(tenant)s, last + n, 'note-' || n, 1, 'note.v1',
        to_json(repeat('x', 100000)), '{}', now(), ''
    FROM (SELECT max(position) AS last FROM log.events) head, generate_series(1, 500) n
"""


@pytest.mark.parametrize(
    "tamper",
    [
        lambda lines: [*lines[:3], lines[3].replace(b"2027", b"2028"), *lines[4:]],
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: lines[:-1],
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        lambda lines: [*lines[:4], lines[3], *lines[4:]],
    ],
)
def test_a_bundle_that_was_tampered_with_is_not_believed(
    log: Connection[Any], running: Running, tamper: Callable[[list[bytes]], list[bytes]]
) -> None:
    lines = list(export(log, running.tenant))
    booking = next(n for n, line in enumerate(lines) if b"booking-requested" in line)
    lines = [lines[0], *lines[booking - 2 :]] if booking < 3 else lines

    assert verify_bundle(tamper(lines))[1] != []


def test_something_else_is_no_bundle() -> None:
    with pytest.raises(NotABundleError):
        verify_bundle([b'{"events": []}\n'])


def test_a_report_keeps_the_heads_of_every_tenant(log: Connection[Any], running: Running) -> None:
    report: Report = verify(log)

    assert set(report.heads) == {running.tenant}
