"""Webhooks are sent by workers on a real Kafka: each event once by its id, in the order of each thing, whoever comes
and goes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.composition import System, running_system
from infra.servers.kafka import Broker
from infra.settings import Settings
from tests.acceptance.processes import Http, owner
from tests.streams.on_kafka.test_distributed import active, have_divided_everything, stopped
from tests.streams.programs import Company, company
from tests.waiting import until
from tests.webhooks.receiver import Receiver

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(180),
]

EACH = 5


@pytest.fixture
def system(dsn: str) -> Iterator[System]:
    """To look at what the others do; nothing runs in it."""
    with running_system(Settings(), dsn) as system:
        yield system


@pytest.fixture
def staff(
    system: System, dsn: str, kafka: Broker, there: Receiver, tmp_path: Path
) -> Iterator[Company]:
    with company(system.database.dsn, kafka.bootstrap, tmp_path) as staff:
        yield staff
        staff.tell()  # shown where the test has failed


def templates(port: int, token: str, count: int) -> None:
    """Make so many things, and change each."""
    with Http(port, token) as http:
        for _ in range(count):
            name = uuid4().hex
            said = {"shortcut": name, "title": name, "says": {"fr": {"text": "Bonjour"}}}
            made = http("POST", "/v1/message-templates", said)
            assert made.status == 201, made
            path = f"/v1/message-templates/{made.body['id']}"
            assert http("PATCH", path, {"title": "Other"}, If_Match="*").status == 200


def told(system: System) -> int:
    """Return of how many events somebody is to be told."""
    query = "SELECT count(*) FROM log.events WHERE type LIKE 'message-template-%'"
    with system.database.as_worker() as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def test_each_event_is_sent_once_and_in_order_whoever_comes_and_goes(
    system: System, staff: Company, there: Receiver
) -> None:
    relays = [staff.begin("relay"), staff.begin("relay")]
    workers = [staff.begin("worker"), staff.begin("worker")]
    port = staff.serve()
    token = owner(port)
    with Http(port, token) as http:
        assert (
            http("POST", "/v1/webhooks", {"url": there.url, "areas": ["message-template"]}).status
            == 201
        )
    until(lambda: have_divided_everything(workers))

    templates(port, token, EACH)
    active(relays).kill()
    templates(port, token, EACH)
    joined = staff.begin("worker")
    assert stopped(workers[:1]) == [0]
    templates(port, token, EACH)
    until(lambda: have_divided_everything([workers[1], joined]))
    templates(port, token, EACH)

    until(lambda: len(there.taken) >= told(system) == 8 * EACH, why=lambda: len(there.taken))
    assert set(Counter(call.id for call in there.calls).values()) == {1}
    sequences = defaultdict(list)
    for call in there.calls:
        sequences[call.subject].append(call.headers["webhook-sequence"])
    assert list(sequences.values()) == [["1", "2"]] * (4 * EACH)
