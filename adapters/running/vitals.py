"""How the running system is: measured by asking the database, and by counting requests."""

import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

import psycopg
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from adapters.configuration.known import KnownConfiguration
from adapters.event_store.reader import head
from adapters.event_store.unread import Notes
from adapters.event_store.writer import Writer
from adapters.inbound import ReceiptDesk
from adapters.jobs import JobDesk, circuits
from adapters.jobs.lanes import LANES
from adapters.postgres import Database, DatabaseUnavailableError
from adapters.read_models import parked
from adapters.running.roll import Present, present
from adapters.running.together import Together
from adapters.webhooks.log import endpoints_on
from domain.zones import tzdata_version

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
SCHEMA: Final = "SELECT max(name) FROM frontdesk_migrations"
FACTS: Final = "SELECT outcome, facts FROM work.facts"
BUCKETS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)


class PostgresVitals:
    """Answers `/v1/health`, `/v1/status` and `/metrics`; see `api.operations.status.Vitals`. Anybody may ask,
    and as often as they like: so what is asked together is looked up once.
    """

    def __init__(
        self,
        database: Database,
        writer: Writer,
        jobs: JobDesk,
        receipts: ReceiptDesk,
        notes: Notes,
        configured: KnownConfiguration,
    ) -> None:
        self._database = database
        self._writer = writer
        self._notes = notes
        self._jobs = jobs
        self._receipts = receipts
        self._configured = configured
        self.database = Together(self._database_is)
        self.status = Together(self._status)
        self.metrics = Together(self._metrics)
        self._began = time.monotonic()
        self._registry = CollectorRegistry()
        labels = ["method", "route", "status"]
        self._requests = Counter(
            "frontdesk_requests", "Requests answered.", labels, registry=self._registry
        )
        self._seconds = Histogram(
            "frontdesk_request_seconds",
            "Time to the answer.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._log = self._gauge("log_position", "Events in the log.")
        self._lag = self._gauge("consumer_lag_events", "Events behind the log.", "consumer")
        self._behind = self._gauge("consumer_lag_seconds", "Age of the oldest.", "consumer")
        self._parked = self._gauge("consumer_parked", "Keys set aside.", "consumer")
        self._waits = self._gauge("consumer_waits", "Stopped before a type.", "consumer", "type")
        self._lacking = self._gauge("cannot_read", "Processes that lack something recorded.")
        self._facts = self._gauge("facts", "Facts of other systems, so far.", "outcome")
        self._depth = self._gauge("jobs", "Jobs in the queue.", "state")
        self._calls = self._gauge("receipts", "Calls of providers that wait.", "state")
        self._endpoints = self._gauge("webhook_endpoints", "Where others are told.", "state")
        self._alone = self._gauge("lane_failing", "Whether nobody answers in a lane.", "lane")

        asked = "Questions what is configured, and those that memory could not answer."
        self._asked = self._gauge("configuration_asked", asked, "of")

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request, by the template of its route: ids make no labels."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    @property
    def lacking(self) -> Sequence[str]:
        """Types of events, tables, orders and master keys that this process has met of late and cannot
        read, carry on or carry out.
        """
        return self._notes.lacking

    def _database_is(self) -> str:
        """Say how it is. What tells that one can write is what became of the last appends: to try it
        oneself may hang, and is left to a thread that nobody waits for.
        """
        try:
            if not self._database.can_write():
                return "read-only"
        except (DatabaseUnavailableError, psycopg.Error):
            return "disconnected"
        if not self._writer.is_failing:
            return "connected"
        self._writer.try_again()
        return "not-writing"

    def _status(self) -> dict[str, object]:
        with self._database.as_onlooker() as connection:
            schema = connection.execute(SCHEMA).fetchone()
            return {
                "version": version("frontdesk"),
                "uptime_seconds": round(time.monotonic() - self._began, 1),
                "log": {"position": head(connection)},
                "cannot_read": self.lacking,
                "consumers": parked.status(connection),
                "processes": [_shown(each) for each in present(connection)],
                "queue": self._jobs.depths_on(connection),
                "receipts": self._receipts.depths_on(connection),
                "webhook_endpoints": endpoints_on(connection),
                "failing_lanes": circuits.failing(connection),
                "tzdata": tzdata_version(),
                "schema": schema[0] if schema else None,
            }

    def _metrics(self) -> tuple[bytes, str]:
        with self._database.as_onlooker() as connection:
            self._log.set(head(connection))
            self._lacking.set(sum(bool(each.cannot_read) for each in present(connection)))
            self._waits.clear()
            for each in parked.status(connection):
                self._lag.labels(each.consumer).set(each.lag_events)
                self._behind.labels(each.consumer).set(each.lag_seconds)
                self._parked.labels(each.consumer).set(each.parked)
                if each.waits_for is not None:
                    self._waits.labels(each.consumer, each.waits_for).set(1)
            for outcome, facts in connection.execute(FACTS).fetchall():
                self._facts.labels(outcome).set(facts)
            for state, depth in self._jobs.depths_on(connection).items():
                self._depth.labels(state).set(depth)
            for state, depth in self._receipts.depths_on(connection).items():
                self._calls.labels(state).set(depth)
            for state, endpoints in endpoints_on(connection).items():
                self._endpoints.labels(state).set(endpoints)
            failing = {each.lane for each in circuits.failing(connection)}
        self._asked.labels("memory").set(self._configured.lookups)
        self._asked.labels("database").set(self._configured.queries)
        for lane in LANES:
            self._alone.labels(lane).set(lane in failing)
        return generate_latest(self._registry), TEXT

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(f"frontdesk_{name}", help_, labels, registry=self._registry)


def _shown(process: Present) -> dict[str, object]:
    """Show of a process what anybody may see."""
    return {
        "id": process.id,
        "release": process.release,
        "cannot_read": process.cannot_read,
        "seen_at": process.seen_at,
    }
