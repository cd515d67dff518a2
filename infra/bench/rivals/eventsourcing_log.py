#!/usr/bin/env python3
"""Rival: the log of the `eventsourcing` library, its PostgreSQL recorder as published.

Appending gives it a typed event through its mapper and its recorder, without the aggregate and
the repository around them: the shortest way in that the library has.
"""

import sys
from functools import cache
from itertools import count
from uuid import UUID, uuid4

from psycopg import connect

from infra.bench.rivals.eventsourcing_bookings import Booking, Bookings, booking, environment
from infra.bench.rounds import Tally, answer_rounds, hammered, timed

DSN = sys.argv[-1]
PAGE = 5_000


class Followed(Bookings):
    """A log apart, which nobody appends to."""


@cache
def bookings(callers: int = 1) -> Bookings:
    """Up to 16 connections: more, or the default number, was slower."""
    return Bookings(environment(DSN, connections=min(callers, 16)))


def append(*, callers: int, seconds: float) -> Tally:
    application = bookings(callers)
    example = booking().collect_events()[0]
    fields = vars(example)

    def append_one() -> None:
        event = type(example)(**{**fields, "originator_id": uuid4()})
        application.recorder.insert_events([application.mapper.to_stored_event(event)])

    return hammered(append_one, callers=callers, seconds=seconds)


@cache
def long_booking(events: int) -> UUID:
    made = booking()
    for number in count(2):
        if number > events:
            break
        made.note(f"The client called for the {number}th time and asked for another chair. " * 3)
    bookings().save(made)
    return made.id


def load(*, events: int, seconds: float) -> Tally:
    identity = long_booking(events)
    repository = bookings().repository

    def load_one() -> Booking:
        loaded: Booking = repository.get(identity)
        return loaded

    return hammered(load_one, callers=1, seconds=seconds)


@cache
def filled(events: int) -> Followed:
    """So many events, all like one that the library itself has written."""
    application = Followed(environment(DSN))
    example = application.mapper.to_stored_event(booking().collect_events()[0])
    with connect(DSN, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO followed_events (originator_id, originator_version, topic, state)"
            " SELECT gen_random_uuid(), 1, %s, %s FROM generate_series(1, %s)",
            (example.topic, example.state, events),
        )
    return application


def follow(*, events: int) -> Tally:
    application = filled(events)

    def read_all() -> int:
        read, after = 0, 0
        while page := application.recorder.select_notifications(
            after, PAGE, inclusive_of_start=False
        ):
            for notification in page:
                application.mapper.to_domain_event(notification)
            read += len(page)
            after = page[-1].id
        return read

    return timed(read_all)


if __name__ == "__main__":
    answer_rounds({"append": append, "load": load, "follow": follow})
