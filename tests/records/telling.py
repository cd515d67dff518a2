"""Have all said that the examples of a kind say, and find it where others could."""

from typing import Any

from fastapi.testclient import TestClient

from adapters.event_store.reader import WRITTEN
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.switch import switch
from adapters.streams.records import PERSONAL, record_of
from domain.records import Kind
from projections.records import RECORDS
from tests.records.any_kind import bodies, create
from tests.running import Running


def have_all_tables(running: Running, kind: Kind[Any]) -> None:
    """Have a table that was, one that is, and one that is to come."""
    rebuilder = Rebuilder(database=running.system.database, reader=running.system.reader)
    model = RECORDS[kind.one]
    rebuilder.rebuild(model)
    switch(rebuilder, model)
    rebuilder.rebuild(model)


def tell_everything(running: Running, http: TestClient, kind: Kind[Any], **whose: str) -> str:
    """Create one and change it, so that all that the examples say was said of it."""
    first, second = bodies(kind)
    where = create(http, kind, {**first, **whose})
    http.put(where, json={**second, **whose})
    running.settle()
    have_all_tables(running, kind)
    return where


def on_kafka(running: Running) -> str:
    """Return what others can read on Kafka: all but what is sealed."""
    with running.system.database.as_worker() as connection:
        rows = connection.execute(f"SELECT {WRITTEN} FROM log.events e").fetchall()
    records = [record_of(row) for row in rows]
    headers = [(n, v) for record in records for n, v in record.headers if n != PERSONAL]
    return f"{[record.value.decode() for record in records]} {headers}"
