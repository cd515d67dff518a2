"""Strangers fill a form in where Kafka carries what happens: what is shown of them then is what it is where
one process does everything.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from infra.composition import System, running_system
from infra.servers.kafka import Broker
from infra.settings import Settings
from tests.acceptance.processes import owner
from tests.acceptance.rebuilding import assert_rebuilt_is_the_same
from tests.acceptance.strangers import (
    PEOPLE,
    assert_each_is_one_lead,
    assert_scores_are_right,
    conversations,
    fill_in,
    opened,
    shown,
)
from tests.acceptance.test_real_conversations import DATA
from tests.streams.programs import company, left, settled, wrong_read_models, wrongly_ordered
from tests.waiting import until

FIRST = 60
SENDERS = 4

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not there"),
]


@pytest.fixture
def system(dsn: str) -> Iterator[System]:
    """To look at what the others do; nothing runs in it."""
    with running_system(Settings(), dsn) as system:
        yield system


def test_what_is_shown_of_leads_is_what_one_process_would_show(
    system: System, dsn: str, kafka: Broker, tmp_path: Path
) -> None:
    """People come, and all of them come back; a server and a worker are killed meanwhile."""
    told = [each for each in conversations() if each.person < FIRST]
    first, again = told[:FIRST], told[FIRST:]
    assert {each.person for each in again} <= {each.person for each in first}

    with company(dsn, kafka.bootstrap, tmp_path) as staff:
        ports = [staff.serve(), staff.serve()]
        dying = staff.programs[1]
        _, *workers = [staff.begin(each) for each in ("relay", "worker", "worker")]
        token = owner(ports[0])
        form = opened(ports[0], token)
        with ThreadPoolExecutor(SENDERS) as pool:
            sent = [pool.submit(fill_in, ports, *form, each) for each in told]
            for each in islice(sent, FIRST // 2):
                each.result()
            dying.kill()
            workers[0].kill()
            workers[0].start()
            for each in sent:
                each.result()
        until(lambda: settled(system), why=lambda: left(system))
        found = shown(ports[0], token)

    assert len(found.leads) == FIRST <= PEOPLE
    assert_each_is_one_lead(told, found)
    assert_scores_are_right(told, found, over=set())
    assert wrong_read_models(system) == []
    assert wrongly_ordered(system) == set()
    assert_rebuilt_is_the_same(system)
