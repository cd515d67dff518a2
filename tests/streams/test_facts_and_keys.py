"""A fact about somebody whose key a process does not know waits for one that does, if there is any."""

import pytest

from adapters.clock import SettableClock
from tests.operations.test_keys import NEW, OLD, names_seen, process
from tests.streams.telling import Desk, sent

pytestmark = pytest.mark.postgres

ZOE = {"custom_id": "Z-1", "name": "Zoé"}
MARRIED = {**ZOE, "name": "Zoé Martin"}


def test_a_fact_is_left_to_whoever_knows_the_key(dsn: str, clock: SettableClock) -> None:
    with (
        process(dsn, clock, OLD) as here,
        process(dsn, clock, NEW, tenant=here.tenant) as there,
    ):
        lacking, knowing = Desk(here), Desk(there)
        assert knowing.settle(sent("client-known.v1", ZOE, named="1"))
        here.system.roll.call()

        assert not lacking.settle(sent("client-known.v1", MARRIED, named="2"))
        assert knowing.settle(sent("client-known.v1", MARRIED, named="2"))

        assert lacking.codes() == []
        assert names_seen(there) == {"Zoé Martin"}


def test_what_needs_a_key_that_nobody_knows_holds_nothing_up(
    dsn: str, clock: SettableClock
) -> None:
    with process(dsn, clock, NEW) as before:
        Desk(before).settle(sent("client-known.v1", ZOE, named="1"))
    with process(dsn, clock, OLD, tenant=before.tenant) as here:
        desk = Desk(here)

        assert desk.settle(sent("client-known.v1", MARRIED, named="2"))

        assert desk.codes() == ["not-readable-here"]
