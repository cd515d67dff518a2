#!/usr/bin/env python3
"""Rival: a read model kept by the `eventsourcing` library's ProjectionRunner, as documented.

Live and rebuilding are the same to it: each event is one transaction with its tracking record.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from time import perf_counter
from typing import Any
from uuid import UUID

from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import connect, sql

from infra.bench.rivals.eventsourcing_bookings import Booking, Bookings, booking, environment
from infra.bench.rounds import Tally, answer_rounds, watched

DSN = sys.argv[-1]

TABLE = sql.SQL(
    "CREATE TABLE IF NOT EXISTS bookings_view (booking_id uuid PRIMARY KEY, client_id text,"
    " professional_id text, service_id text, starts_at timestamptz, ends_at timestamptz, status text)"
).format()
REQUESTED = "INSERT INTO bookings_view VALUES (%s, %s, %s, %s, %s, %s, 'requested')"
CONFIRMED = "UPDATE bookings_view SET status = 'confirmed' WHERE booking_id = %s"


class View(PostgresTrackingRecorder):
    """One row a booking: who, with whom, when, and what became of it."""

    def __init__(self, datastore: PostgresDatastore, **names: str) -> None:
        super().__init__(datastore, **names)
        self.sql_create_statements.append(TABLE)
        self.tracked_at: dict[int, float] = {}

    def carry_out(self, statement: str, values: tuple[Any, ...], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(statement, values, prepare=True)
        self.tracked_at[tracking.notification_id] = perf_counter()


class BookingsView(Projection[View]):
    @singledispatchmethod
    def process_event(self, domain_event: object, tracking: Tracking) -> None:
        raise TypeError(domain_event, tracking)

    @process_event.register
    def requested(self, event: Booking.Requested, tracking: Tracking) -> None:
        row = (
            event.originator_id,
            event.client_id,
            event.professional_id,
            event.service_id,
            event.starts_at,
            event.ends_at,
        )
        self.view.carry_out(REQUESTED, row, tracking)

    @process_event.register
    def confirmed(self, event: Booking.Confirmed, tracking: Tracking) -> None:
        self.view.carry_out(CONFIRMED, (event.originator_id,), tracking)


class Watched(Bookings):
    """A log apart, in which single events are waited for."""


@contextmanager
def running(log: type[Bookings]) -> Iterator[ProjectionRunner[Bookings, View]]:
    with ProjectionRunner(
        application_class=log,
        projection_class=BookingsView,
        view_class=View,
        env=environment(DSN),
    ) as runner:
        yield runner


# --- The history, and the view before any of it ------------------------------------------


@cache
def fill(events: int) -> None:
    """Each booking is requested and confirmed, as the library itself has written one."""
    application = Bookings(environment(DSN))
    example = booking()
    example.confirm()
    requested, confirmed = map(application.mapper.to_stored_event, example.collect_events())
    with connect(DSN, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO bookings_events (originator_id, originator_version, topic, state)"
            " SELECT md5(booking::text)::uuid, version, topic, state"
            " FROM generate_series(1, %s) AS booking,"
            " (VALUES (1, %s, %s), (2, %s, %s)) AS event(version, topic, state)"
            " ORDER BY booking, version",
            (events // 2, requested.topic, requested.state, confirmed.topic, confirmed.state),
        )
    application.close()


def forget() -> None:
    with connect(DSN, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bookings_view, bookingsview_tracking")


# --- The rounds -------------------------------------------------------------------------


def keep(*, events: int) -> Tally:
    """Started on the whole history; timed from its first event to its last, starting up is free."""
    fill(events)
    forget()
    with running(Bookings) as runner:
        while events not in runner.view.tracked_at:
            runner.run_forever(timeout=0.01)
        tracked_at = runner.view.tracked_at.values()
    return Tally(operations=events - 1, seconds=max(tracked_at) - min(tracked_at))


def visible(*, seconds: float) -> Tally:
    """One event alone, from the answer to whoever recorded it until it is seen in the view."""
    query = "SELECT FROM bookings_view WHERE booking_id = %s"
    with (
        Watched(environment(DSN)) as log,
        connect(DSN, autocommit=True) as reader,
        running(Watched),
    ):
        return watched(lambda: recorded(log), reader, query, seconds=seconds)


def recorded(log: Bookings) -> UUID:
    made = booking()
    log.save(made)
    return made.id


if __name__ == "__main__":
    answer_rounds({"keep": keep, "visible": visible})
