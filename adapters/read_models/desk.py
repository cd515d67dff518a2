"""What was set aside, as an operator of one tenant sees it: listed, and tried again."""

from collections.abc import Sequence
from typing import Final

from adapters.consumers.delivery import Consumer
from adapters.event_store.reader import Reader
from adapters.postgres import Database
from adapters.read_models.parked import parked, retry
from application.operations.parked import FailedAgain, NotParked, ParkedKey

BEGINNING: Final = ("", "")


class ParkedDesk:
    """Answers `/v1/read-models/parked`."""

    def __init__(self, database: Database, reader: Reader, consumers: Sequence[Consumer]) -> None:
        self._database = database
        self._reader = reader
        self._consumers = {consumer.name: consumer for consumer in consumers}

    def find(
        self,
        tenant: str,
        *,
        consumer: str | None = None,
        after: tuple[str, str] | None = None,
        limit: int,
    ) -> list[ParkedKey]:
        """List what is set aside by consumer and key, beginning `after` such a place."""
        first, key = after or BEGINNING
        place = (first, tenant, key)
        with self._database.as_desk() as connection:
            return parked(connection, consumer=consumer, tenant=tenant, after=place, most=limit)

    def retry(self, tenant: str, consumer: str, key: str) -> None:
        """Let a key take part again. Raises NotParked, FailedAgain."""
        known = self._consumers.get(consumer)
        if known is None:
            raise NotParked(consumer=consumer, key=key)
        with self._database.as_desk() as connection:
            failure = retry(connection, self._reader, known, tenant, key)
        if failure is not None:
            raise FailedAgain(consumer=consumer, key=key, error=failure.error)
