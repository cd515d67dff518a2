"""Real servers and two processes of each kind: any may die, the desk stays open, nothing is left."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.servers.kafka import can_run_kafka
from tests.acceptance.processes import Http, owner
from tests.infra.test_up import gone
from tests.streams.needs import do_without
from tests.waiting import until

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.cluster,
    pytest.mark.timeout(180),
]

SECONDS = 60
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ALL_DAY = [{"opens": "00:00", "closes": "24:00"}]
TOMORROW = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


class Cluster:
    """A started `frontdesk cluster`, and what it says of itself each time that all are ready."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.port = 0
        self.members: dict[str, dict[str, Any]] = {}
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Take in what it says next."""
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        self.port = said["port"]
        self.members = {member["name"]: member for member in said["members"]}

    def wait_until_back(self, dead: dict[str, int]) -> None:
        """Until those who were killed run as other processes."""
        while any(self.members[name]["pid"] == pid for name, pid in dead.items()):
            self.wait_until_ready()

    def kill(self, *names: str) -> dict[str, int]:
        """Kill these at once; return what they were."""
        dead = {name: int(self.members[name]["pid"]) for name in names}
        for pid in dead.values():
            os.kill(pid, signal.SIGKILL)
        until(lambda: not any(map(runs, dead.values())))
        return dead

    def doing(self, what: str) -> str:
        """Return the name of the one that does this."""
        return next(name for name, member in self.members.items() if member["doing"] == what)


class Salon:
    """A professional behind the one port, always open, booked half an hour at a time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.token = owner(port)
        self.booked = 0
        settings = {"time_zone": "UTC", "hours": dict.fromkeys(WEEKDAYS, ALL_DAY)}
        self.ana = self.post("/v1/professionals", {"name": "Ana", "settings": settings})
        self.cut = self.post("/v1/services", {"name": "Cut", "duration_minutes": 30})

    def post(self, path: str, body: Any) -> str:
        """Post on a new connection, which either process may accept; return the new id."""
        with Http(self.port, self.token) as http:
            answer = http("POST", path, body)
        assert answer.status == 201, answer
        return str(answer.body["id"])

    def book(self) -> None:
        starts_at = TOMORROW + timedelta(minutes=30 * self.booked)
        wish = {
            "professional_id": self.ana,
            "service_id": self.cut,
            "starts_at": starts_at.isoformat(),
        }
        self.post("/v1/bookings", wish)
        self.booked += 1

    def all_are_listed(self) -> bool:
        """As a worker has projected them: nobody says what they have seen, so nothing is waited for."""
        with Http(self.port, self.token) as http:
            answer = http("GET", "/v1/bookings?limit=100")
        return len(answer.body["data"]) == self.booked


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the unprivileged can reach, as a checkout is."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-cluster-") as made:
        Path(made).chmod(0o755)
        yield Path(made)
        assert gone(Path(made))


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run `frontdesk cluster` on data in a folder; the jars of Kafka stay where they are."""
    if reason := can_run_kafka():
        do_without(reason, os.environ)
    places = {"PYTHONPATH": str(Path.cwd()), "DATA_DIR": str(folder), "PORT": "0"}
    environment = {**os.environ, **places}
    command = [sys.executable, "-m", "infra.cli", "cluster", "--json", "--empty"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Cluster(process)
        finally:
            process.kill()


def runs(pid: int) -> bool:
    """Whether it may still answer; one that is only not yet buried may not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def has_booked(member: dict[str, Any]) -> bool:
    """Whether this API process has answered a booking."""
    with Http(member["port"]) as http:
        http._connection.request("GET", "/metrics")
        text = http._connection.getresponse().read().decode()
    return 'frontdesk_requests_total{method="POST",route="/v1/bookings",status="201"}' in text


def test_whoever_of_a_cluster_dies_the_desk_stays_open_and_in_the_end_nothing_is_left(
    folder: Path,
) -> None:
    with cluster(folder) as running:
        salon = Salon(running.port)
        while not all(has_booked(running.members[name]) for name in ("api-1", "api-2")):
            salon.book()
        until(salon.all_are_listed)

        # Whoever starts while PostgreSQL or Kafka are away may need a second time.
        publishing = running.doing("publishing")
        dead = running.kill("api-1", "worker-1", publishing, "redis")
        for _ in range(10):
            salon.book()
        dead |= running.kill("postgres", "kafka")

        running.wait_until_back(dead)
        assert min(running.members[name]["restarts"] for name in dead) == 1
        salon.book()
        until(salon.all_are_listed)

        running.process.terminate()
        assert running.process.wait(SECONDS) == 0
        assert gone(folder)
