"""A process that is killed, for real, while it keeps or understands a call."""

import signal
from datetime import timedelta

import pytest

from adapters.event_store.reader import head
from adapters.inbound.receipts import to_understand
from adapters.jobs import enqueue
from application.inbound import Received
from domain.people.clients import ClientRegistered
from infra.composition import System
from tests.forked import ended
from tests.inbound.doomed import NAMES
from tests.inbound.inbox import Inbox
from tests.inbound.understood import TENANT, body, client
from tests.inbound.working import worker

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

MOMENTS = ["kept", "opened", "half-way", "carried out", "settled"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_whenever_a_process_dies_what_was_kept_is_understood_once(
    inbox: Inbox, moment: str
) -> None:
    system = inbox.running.system
    assert ended("tests.inbound.doomed", system.database.dsn, moment) == -signal.SIGKILL

    lease = timedelta(seconds=0.5)
    survivor = worker(system, inbox.running.clock, system.calls, system.dispatch, lease=lease)
    while inbox.states() != ["understood"] or system.jobs.depths()["running"]:
        survivor.run_due()

    assert [registered(system, name) for name in NAMES] == [1, 1, 1]
    if moment != "settled":
        assert inbox.receipts()[0].outcome == "3 carried out"
    assert inbox.call(body=body(*NAMES)).status_code == 200
    assert len(inbox.receipts()) == 1


def test_two_who_understand_it_at_once_do_so_once(inbox: Inbox) -> None:
    """One was silent for so long that the other took over, and goes on all the same."""
    system = inbox.running.system
    inbox.call(body=body(*NAMES))
    [receipt] = inbox.receipts()
    late = system.calls.waiting(TENANT, receipt.id)
    assert late is not None
    inbox.running.settle()
    before = recorded(system)

    class Late:
        keep, settle = system.calls.keep, system.calls.settle

        def waiting(self, tenant: str, receipt_id: str) -> Received | None:
            return late

    with system.database.as_worker() as connection:
        enqueue(connection, [to_understand(TENANT, receipt.id, inbox.running.clock(), 1)])
    second = worker(
        system, inbox.running.clock, Late(), system.dispatch, lease=timedelta(seconds=20)
    )
    assert second.run_due() == 1

    assert recorded(system) == before
    assert inbox.states() == ["understood"]


def registered(system: System, name: str) -> int:
    past = system.store.history(TENANT, client(name))
    return sum(isinstance(each.event, ClientRegistered) for each in past)


def recorded(system: System) -> int:
    with system.database.as_worker() as connection:
        return head(connection)
