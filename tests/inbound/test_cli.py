"""What providers have sent, from the command line."""

import msgspec
import pytest
from typer.testing import CliRunner, Result

from application.inbound import ReceiptIsSettled, ReceiptNotFound
from infra.cli import app
from tests.inbound.inbox import Inbox
from tests.inbound.understood import TENANT, body

pytestmark = pytest.mark.postgres


@pytest.fixture
def frontdesk(dsn: str, monkeypatch: pytest.MonkeyPatch):
    """Run `frontdesk receipts …` on this test's database."""
    monkeypatch.setenv("DATABASE_URL", dsn)
    monkeypatch.setenv("FRONTDESK_MODE", "test")
    return lambda *arguments: CliRunner().invoke(app, ["receipts", *arguments])


@pytest.fixture
def parked(inbox: Inbox) -> str:
    inbox.call(body=body("Zoé", kind="broken"))
    inbox.running.settle()
    return inbox.receipts()[0].id


def receipts_in(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [msgspec.json.decode(line) for line in result.stdout.splitlines()]


def test_what_is_parked_is_listed_for_people_and_for_programs(frontdesk, parked: str) -> None:
    table = frontdesk("list").stdout
    [receipt] = receipts_in(frontdesk("list", "--json"))

    for part in (parked, "parked", "stripe", "broken", "ValueError in understood.py"):
        assert part in table
    assert receipt["id"] == parked
    assert receipts_in(frontdesk("list", "--json", "--provider", "waha")) == []
    assert receipts_in(frontdesk("list", "--json", "--state", "understood")) == []
    assert receipts_in(frontdesk("list", "--json", "--tenant", TENANT)) == [receipt]


def test_what_a_provider_calls_its_calls_is_shown_as_it_says_it(frontdesk, inbox: Inbox) -> None:
    inbox.call(body=body(kind="[/bold]"))
    inbox.running.settle()

    listed = frontdesk("list")

    assert listed.exit_code == 0, listed.exception
    assert "[/bold]" in listed.stdout


def test_it_is_said_when_nothing_is_amiss_and_when_there_is_more(frontdesk, inbox: Inbox) -> None:
    nothing = frontdesk("list")
    for number in range(3):
        inbox.call(body=body(kind="strange", id_=str(number)))
    inbox.running.settle()

    some = frontdesk("list", "--json", "--limit", "2")

    assert "Nothing is parked" in nothing.stderr
    assert len(receipts_in(some)) == 2
    assert "There are more than 2" in some.stderr


def test_what_was_said_is_shown_to_whoever_asks_for_it(frontdesk, parked: str) -> None:
    plain, whole = frontdesk("show", parked).stdout, frontdesk("show", parked, "--content").stdout

    assert "Zoé" not in plain
    assert '"clients":["Zoé"]' in whole
    assert "stripe-signature: t=" in whole


def test_what_is_parked_is_replayed_by_name_or_all_of_it(frontdesk, parked: str, inbox) -> None:
    [one] = receipts_in(frontdesk("replay", parked))
    inbox.running.settle()
    [all_] = receipts_in(frontdesk("replay", "--state", "parked", "--provider", "stripe"))

    assert (one["id"], one["state"]) == (parked, "waiting")
    assert (all_["id"], all_["state"]) == (parked, "waiting")
    assert receipts_in(frontdesk("replay", "--state", "parked")) == []


def test_what_is_parked_is_given_up_once(frontdesk, parked: str) -> None:
    [discarded] = receipts_in(frontdesk("discard", parked))

    assert discarded["state"] == "discarded"
    assert isinstance(frontdesk("discard", parked).exception, ReceiptIsSettled)


def test_what_makes_no_sense_is_refused(frontdesk, parked: str) -> None:
    for command in ("show", "replay", "discard"):
        assert isinstance(frontdesk(command, "receipt-1").exception, ReceiptNotFound)
    assert "--state" in frontdesk("replay").output
    assert "--state" in frontdesk("replay", parked, "--state", "parked").output
