"""Conversations where Kafka carries what happens, and servers and workers are killed meanwhile: each reads them word for
word, and whoever receives webhooks has each message, in order, as where one process does everything.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from infra.composition import running_system
from infra.servers.kafka import Broker
from infra.settings import read_settings
from tests.acceptance.conversing import (
    assert_all_is_read,
    assert_each_was_received_once,
    conversations,
    open_business,
    write,
)
from tests.acceptance.processes import SETTINGS
from tests.acceptance.rebuilding import assert_rebuilt_is_the_same
from tests.acceptance.test_real_conversations import DATA
from tests.streams.programs import company, left, settled, wrong_read_models
from tests.waiting import until
from tests.webhooks.receiver import Receiver

AT_ONCE = 20

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.thorough,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not there"),
]


def test_what_is_said_is_read_and_told_as_one_process_would(
    dsn: str, kafka: Broker, there: Receiver, tmp_path: Path
) -> None:
    told = conversations(AT_ONCE)
    settings = read_settings(SETTINGS)

    with running_system(settings, dsn) as system, company(dsn, kafka.bootstrap, tmp_path) as staff:
        ports = [staff.serve(), staff.serve()]
        dying = staff.programs[1]
        _, *workers = [staff.begin(each) for each in ("relay", "worker", "worker")]
        business = open_business(settings, ports[0], there.url, AT_ONCE)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            writing = [
                pool.submit(write, ports, business, number, said)
                for number, said in enumerate(told)
            ]
            for each in islice(writing, AT_ONCE // 2):
                each.result()
            dying.kill()
            stopped = workers[0].process
            stopped.terminate()
            where = [each.result() for each in writing]
        assert stopped.wait(60) == 0
        until(lambda: settled(system), why=lambda: left(system))
        until(lambda: len(there.taken) >= sum(map(len, told)), why=lambda: len(there.taken))

        assert_all_is_read(ports[0], business, told, where)
        assert_each_was_received_once(there.taken, told, where)
        assert wrong_read_models(system) == []
        assert_rebuilt_is_the_same(system)
