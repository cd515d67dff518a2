"""A worker that counts without Kafka: the log is read as records, and given in order."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from faust import TumblingWindow

from adapters.event_store.reader import COLUMNS
from adapters.live_bookings.counts import LiveBookingsCounted
from adapters.live_bookings.tally import Counted, Place, Tally
from adapters.streams.records import Record, record_of
from adapters.streams.topics import PARTITIONS, TOPICS
from application.scheduling.live import MINUTE
from infra.composition import System, made

LOG = f"SELECT {COLUMNS} FROM log.events e ORDER BY e.position".encode()


class CountedByAWorker:
    """Has carried everything on before it is asked."""

    def __init__(self, system: System) -> None:
        self._system = system
        self.shown = LiveBookingsCounted(system.database)

    def by_minute(self, tenant: str, since: datetime) -> Mapping[datetime, int]:
        table: dict[Place, Counted] = {}
        window = TumblingWindow(MINUTE).current
        tally = Tally(table, window, made(self._system), self._system.clock)
        for partition in range(PARTITIONS):
            tally.go_on(partition, first=0)
        for partition, records in self._published().items():
            for offset, record in enumerate(records):
                tally.take(partition, offset, dict(record.headers))
        self.shown.put(tally.windows(tally.changed))
        return self.shown.by_minute(tenant, since)

    def _published(self) -> Mapping[int, list[Record]]:
        partitions: dict[int, list[Record]] = defaultdict(list)
        with self._system.database.as_worker() as connection:
            for row in connection.execute(LOG).fetchall():
                record = record_of(row)
                if record.topic == TOPICS["booking"]:
                    partitions[record.partition].append(record)
        return partitions
