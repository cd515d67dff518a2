"""What was kept is sealed by master keys, as everything is: they can be changed."""

import base64

import pytest
from typer.testing import CliRunner

from adapters.clock import SettableClock
from infra.cli import app
from infra.composition import running_system
from infra.settings import Settings
from tests.inbound.inbox import Inbox
from tests.inbound.understood import body, understanding
from tests.running import Running

pytestmark = pytest.mark.postgres

OLD = b"the master key that is there now"
NEW = b"the master key that is to come!!"


def process(dsn: str, clock: SettableClock, settings: Settings, *ring: bytes):
    mine = settings.model_copy(update={"master_keys": ring})
    return running_system(mine, dsn, clock=clock, providers=understanding())


def test_what_was_kept_is_read_when_a_master_key_was_given_up(
    dsn: str, clock: SettableClock, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(dsn, clock, settings, OLD) as system, Running.of(system, clock) as running:
        Inbox(running).call(body=body("Zoé"))
    monkeypatch.setenv("DATABASE_URL", dsn)
    monkeypatch.setenv("FRONTDESK_MODE", "test")
    monkeypatch.setenv("MASTER_KEYS", ",".join(base64.b64encode(k).decode() for k in (NEW, OLD)))
    rotated = CliRunner().invoke(app, ["rotate-keys"])
    again = CliRunner().invoke(app, ["rotate-keys"])

    with process(dsn, clock, settings, NEW) as system:
        system.settle()
        [receipt] = system.receipts.find(None)

    assert rotated.stdout.startswith("1 keys wrapped anew"), rotated.output
    assert again.stdout.startswith("0 keys wrapped anew"), again.output
    assert (receipt.state, receipt.outcome) == ("understood", "1 carried out")
