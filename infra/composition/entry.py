"""Where a process stands among others: what it reads and records, and who hears what."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Final
from uuid import uuid4

from adapters.accounts.tokens import AccessTokens
from adapters.consumers import processes
from adapters.consumers.delivery import Consumer
from adapters.consumers.processes import ProcessConsumer
from adapters.event_store.mapper import Mapper
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.unread import say_who_hears
from adapters.event_store.upcasters import UPCASTERS
from adapters.feed import HEARER
from adapters.live_bookings.counts import LIVE_BOOKINGS
from adapters.postgres import Database
from adapters.publishing import PublishingConsumer
from adapters.read_models.consumer import ReadModelConsumer, table_of
from adapters.read_models.renewal import Renewal
from adapters.running.roll import Entry
from adapters.streams import RELAY
from adapters.webhooks import WebhookConsumer
from api.requests.positions import BOOKMARKED
from application.operations import facts
from application.ports import Clock
from application.processes.process import Process
from domain.catalogue import EVENTS, NOT_RECORDED_YET
from domain.messages import Event
from domain.scheduling.bookings import BookingRequested
from projections.read_model import ReadModel

MADE: Final = (BookingRequested,)
"""The events by which bookings are made."""


def entered(
    database: Database, renewal: Renewal, reactions: Sequence[Process], clock: Clock
) -> list[Consumer]:
    """Return the consumers of the log, each with a place from which to go on."""
    tables = [ReadModelConsumer(model) for model in renewal.models]
    reacting = [ProcessConsumer(process, clock) for process in reactions]
    telling: list[Consumer] = [WebhookConsumer(clock), PublishingConsumer(clock)]
    with database.as_worker() as connection:
        processes.enter(connection, [*reacting, *telling])
    renewal.enter([RELAY, *(each.name for each in (*reacting, *telling))])
    return [*tables, *reacting, *telling]


def catalogue() -> Mapper:
    """Return what this release reads and records."""
    return Mapper(EVENTS, UPCASTERS, only_read=NOT_RECORDED_YET)


def entry_of(
    mapper: Mapper, keys: MasterKeys, tokens: AccessTokens, models: Sequence[ReadModel]
) -> Entry:
    """Return what this process says of itself to others."""
    tables = [table_of(model.name, model.version) for model in models]
    return Entry(
        id=uuid4(),
        release=_release(),
        reads=sorted([*mapper.known, *tables, BOOKMARKED]),
        records=sorted(mapper.recorded),
        master_keys=keys.names,
        secret_keys=tokens.names,
    )


@cache
def _release() -> str:
    """Return what is installed, which is read from a file."""
    return version("frontdesk")


def say_who_hears_what(database: Database, mapper: Mapper, consumers: Sequence[Consumer]) -> None:
    """Say whom each type of events is for, before one is recorded, and which facts are taken: see
    `unread.py`.
    """
    heard: dict[str, list[str]] = {name: [] for name in mapper.known}
    waiting: list[tuple[str, tuple[type[Event], ...]]]
    waiting = [*((each.name, each.types) for each in consumers), (LIVE_BOOKINGS, MADE), HEARER]
    for consumer, types in waiting:
        for name in mapper.names(types):
            heard[name].append(consumer)
    heard |= {name: [facts.HEARER] for name in facts.FACTS}
    with database.as_worker() as connection:
        say_who_hears(connection, heard)
