"""How the system is, as those see it who run it."""

from importlib.metadata import version
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres


@pytest.fixture
def anybody(running: Running) -> TestClient:
    """Somebody without a token."""
    return TestClient(running.app, raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/v1/health", "/health"])
def test_it_is_healthy_while_the_database_answers(anybody: TestClient, path: str) -> None:
    health = anybody.get(path)

    assert (health.status_code, health.json()) == (
        200,
        {"status": "healthy", "database": "connected"},
    )


@pytest.mark.parametrize("path", ["/v1/health", "/health"])
def test_without_its_database_it_is_not(running: Running, anybody: TestClient, path: str) -> None:
    running.system.database.__exit__()

    health = anybody.get(path)

    assert (health.status_code, health.json()) == (
        503,
        {"status": "unhealthy", "database": "disconnected"},
    )


def test_the_status_says_how_far_everything_is(running: Running, anybody: TestClient) -> None:
    Salon.opened(running)
    before = anybody.get("/v1/status").json()
    running.settle()
    after = anybody.get("/v1/status").json()

    def bookings(status: dict[str, Any]) -> Any:
        return next(c for c in status["consumers"] if c["consumer"] == "bookings")

    assert bookings(before)["lag_events"] == before["log"]["position"] > 0
    assert bookings(after)["lag_events"] == 0
    assert (after["version"], after["uptime_seconds"] >= 0) == (version("frontdesk"), True)
    assert after["tzdata"] >= "2026b"
    assert after["schema"].startswith("00")
    assert set(after["queue"]) >= {"due", "parked"}


def test_requests_are_counted_by_the_template_of_their_route(
    running: Running, anybody: TestClient
) -> None:
    salon, http = Salon.opened(running), running.http()
    http.get(salon.book(http).headers["location"])

    metrics = anybody.get("/metrics").text

    assert (
        'frontdesk_requests_total{method="POST",route="/v1/bookings",status="201"} 1.0' in metrics
    )
    assert 'route="/v1/bookings/{booking_id}",status="200"' in metrics
    assert 'frontdesk_request_seconds_count{method="POST",route="/v1/bookings"} 1.0' in metrics
    assert 'frontdesk_consumer_lag_events{consumer="bookings"}' in metrics
    assert 'frontdesk_jobs{state="due"}' in metrics
