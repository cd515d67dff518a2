"""How the running system is: measured by asking the database, and by counting requests."""

import time
from importlib.metadata import version
from typing import Any, Final

import psycopg
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from adapters.event_store.reader import head
from adapters.jobs import JobDesk
from adapters.postgres import Database, DatabaseUnavailableError
from adapters.read_models import parked
from domain.zones import tzdata_version

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
SCHEMA: Final = "SELECT max(name) FROM frontdesk_migrations"
FACTS: Final = "SELECT outcome, facts FROM work.facts"
BUCKETS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)


class PostgresVitals:
    """Answers `/v1/health`, `/v1/status` and `/metrics`."""

    def __init__(self, database: Database, jobs: JobDesk) -> None:
        self._database = database
        self._jobs = jobs
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
        self._facts = self._gauge("facts", "Facts of other systems, so far.", "outcome")
        self._depth = self._gauge("jobs", "Jobs in the queue.", "state")

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request, by the template of its route: ids make no labels."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def is_connected(self) -> bool:
        """Tell whether the database answers."""
        try:
            with self._database.as_worker() as connection:
                connection.execute("SELECT 1")
        except (DatabaseUnavailableError, psycopg.Error):
            return False
        return True

    def status(self) -> Any:
        """Describe the log, the read models, the queue and the releases in use."""
        with self._database.as_worker() as connection:
            schema = connection.execute(SCHEMA).fetchone()
            return {
                "version": version("frontdesk"),
                "uptime_seconds": round(time.monotonic() - self._began, 1),
                "log": {"position": head(connection)},
                "consumers": parked.status(connection),
                "queue": self._jobs.depths(),
                "tzdata": tzdata_version(),
                "schema": schema[0] if schema else None,
            }

    def metrics(self) -> tuple[bytes, str]:
        """Give what Prometheus scrapes, and its media type."""
        with self._database.as_worker() as connection:
            self._log.set(head(connection))
            for each in parked.status(connection):
                self._lag.labels(each.consumer).set(each.lag_events)
                self._behind.labels(each.consumer).set(each.lag_seconds)
                self._parked.labels(each.consumer).set(each.parked)
            for outcome, facts in connection.execute(FACTS).fetchall():
                self._facts.labels(outcome).set(facts)
        for state, depth in self._jobs.depths().items():
            self._depth.labels(state).set(depth)
        return generate_latest(self._registry), TEXT

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(f"frontdesk_{name}", help_, labels, registry=self._registry)
