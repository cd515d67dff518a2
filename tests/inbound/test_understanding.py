"""What was kept is understood: once, and again when an operator asks for it."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.clock import SettableClock
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.reader import head
from adapters.inbound import PostgresReceipts
from application.dispatch import Dispatcher, TooContended
from application.files.store import StorageIsAway
from application.inbound.receipts import KEPT, WAITED
from application.people.erasure import KEPT as STAYS
from application.refusals import NotNow
from domain.people.clients import EraseClient
from domain.values import TenantId
from infra.composition import running_system
from infra.settings import Settings
from tests.inbound.callers import call, said
from tests.inbound.inbox import Inbox
from tests.inbound.understood import TENANT, body, client, understanding

pytestmark = pytest.mark.postgres

DAY = timedelta(days=1)


def clients(inbox: Inbox) -> set[str]:
    return {each["name"] for each in inbox.running.http().get("/v1/clients").json()["data"]}


def recorded(inbox: Inbox) -> int:
    with inbox.running.system.database.as_worker() as connection:
        return head(connection)


def replay(inbox: Inbox) -> None:
    for each in inbox.receipts():
        inbox.running.system.receipts.replay(None, each.id)
    inbox.running.settle()


def test_what_a_call_means_is_carried_out(inbox: Inbox) -> None:
    inbox.call(body=body("Ana", "Zoé"))
    assert clients(inbox) == set()

    inbox.running.settle()

    [receipt] = inbox.receipts()
    assert clients(inbox) == {"Ana", "Zoé"}
    assert (receipt.state, receipt.type, receipt.outcome) == (
        "understood",
        "arrived",
        "2 carried out",
    )


def test_what_waits_no_more_is_left_out_and_says_so(inbox: Inbox) -> None:
    inbox.call(body=body("Ana"))
    [receipt] = inbox.receipts()
    inbox.running.system.receipts.discard(None, receipt.id)
    inbox.running.settle()

    with inbox.running.system.database.as_worker() as line:
        told = line.execute(
            "SELECT status, outcome FROM work.jobs WHERE about = %s", (receipt.id,)
        ).fetchall()
    assert told == [("done", "skipped: it does not wait any more")]
    assert clients(inbox) == set()


def test_a_refusal_is_an_answer_and_what_comes_after_it_is_carried_out(inbox: Inbox) -> None:
    inbox.call(body=body("Ana", id_="1"))
    inbox.running.settle()
    inbox.running.order(EraseClient(client_id=client("Ana"), streams=(client("Ana"),)))

    inbox.call(body=body("Ana", "Zoé", id_="2"))
    inbox.running.settle()

    [outcome] = [each.outcome for each in inbox.receipts() if each.outcome != "1 carried out"]
    assert outcome == "1 refused: client-is-erased, 1 carried out"
    assert "Zoé" in clients(inbox)


def test_what_nobody_understands_waits_and_has_not_failed(inbox: Inbox) -> None:
    inbox.call(body=body(kind="strange"))
    inbox.call("whatsapp")
    inbox.running.settle()

    assert inbox.states() == ["not_understood_yet"] * 2
    assert inbox.running.system.jobs.find(None, status=None)[0].status == "done"


def test_a_newer_release_understands_what_waited(
    inbox: Inbox, dsn: str, clock: SettableClock, settings: Settings
) -> None:
    inbox.call("waha", body("Zoé"))
    inbox.running.settle()
    waited = inbox.states()
    [receipt] = inbox.receipts()

    newer = running_system(settings, dsn, clock=clock, providers=understanding("waha"))
    with newer as system:
        system.receipts.replay(None, receipt.id)
        system.settle()

    assert waited == ["not_understood_yet"]
    assert inbox.states() == ["understood"]
    assert clients(inbox) == {"Zoé"}


def test_what_cannot_be_understood_is_parked_and_says_where_and_nobodys_name(inbox: Inbox) -> None:
    inbox.call(body=body("Zoé", kind="broken", id_="1"))
    inbox.call(body=b"no JSON at all")
    inbox.call(body=body("Ana", id_="2"))
    inbox.running.settle()

    parked = [each for each in inbox.receipts() if each.state == "parked"]
    assert len(parked) == 2
    assert {str(each.outcome).partition(",")[0] for each in parked} == {
        "ValueError in understood.py",
        "DecodeError in understood.py",
    }
    assert clients(inbox) == {"Ana"}


def test_what_is_replayed_does_nothing_twice(inbox: Inbox) -> None:
    inbox.call(body=body("Ana", "Zoé"))
    inbox.running.settle()
    before = recorded(inbox)

    replay(inbox)
    replay(inbox)

    assert recorded(inbox) == before
    assert inbox.states() == ["understood"]


def test_what_is_sent_again_long_after_it_was_deleted_does_nothing_twice(inbox: Inbox) -> None:
    """Some providers sign no time: whoever has kept a call may send it at any time."""
    sent = body("Zoé")
    inbox = Inbox(inbox.running)
    inbox.call(body=sent)
    inbox.running.settle()
    inbox.running.clock.set(inbox.running.clock() + KEPT + DAY)
    inbox.running.system.calls.prune()
    deleted, before = inbox.receipts(), recorded(inbox)

    inbox.call(body=sent)
    inbox.running.settle()

    assert deleted == []
    assert inbox.states() == ["understood"]
    assert recorded(inbox) == before


# --- For how long -----------------------------------------------------------------------------


def test_it_is_deleted_thirty_days_after_it_was_understood(inbox: Inbox) -> None:
    inbox.call(body=body("Zoé"))
    inbox.running.clock.set(inbox.running.clock() + DAY)
    inbox.running.settle()
    keeping, clock = inbox.running.system.calls, inbox.running.clock

    clock.set(clock() + KEPT)
    assert (keeping.prune(), inbox.states()) == (0, ["understood"])

    clock.set(clock() + timedelta(seconds=1))
    assert (keeping.prune(), inbox.states()) == (1, [])


@pytest.mark.parametrize("kind", ["strange", "broken"])
def test_what_nobody_has_understood_is_deleted_after_half_a_year(inbox: Inbox, kind: str) -> None:
    inbox.call(body=body(kind=kind))
    inbox.running.settle()
    keeping, clock = inbox.running.system.calls, inbox.running.clock

    clock.set(clock() + WAITED)
    assert (keeping.prune(), len(inbox.receipts())) == (0, 1)

    clock.set(clock() + timedelta(seconds=1))
    assert (keeping.prune(), inbox.receipts()) == (1, [])


# --- Erasure ----------------------------------------------------------------------------------


def test_what_was_sent_of_whoever_is_erased_is_destroyed_with_them(inbox: Inbox) -> None:
    inbox.call(body=body("Zoé", id_="1"))
    inbox.call(body=body("Ana", id_="2"))
    inbox.running.settle()

    inbox.running.http().delete(f"/v1/clients/{client('Zoé')}/personal-data")
    inbox.running.settle()

    [left] = inbox.receipts()
    assert b"Ana" in inbox.running.system.receipts.content(left.id).body


def test_nothing_is_kept_of_whoever_was_erased_while_it_was_understood(inbox: Inbox) -> None:
    inbox.call(body=body("Zoé"))
    inbox.running.settle()
    inbox.running.order(EraseClient(client_id=client("Zoé"), streams=(client("Zoé"),)))

    replay(inbox)

    assert inbox.receipts() == []


def test_whoever_was_named_is_known_when_it_is_not_understood_any_more(
    inbox: Inbox, dsn: str, clock: SettableClock, settings: Settings
) -> None:
    """It was replayed by a release that fails at it: what it says of them goes with them all the same."""
    inbox.call(body=body("Zoé"))
    inbox.running.settle()
    [receipt] = inbox.receipts()
    other = running_system(settings, dsn, clock=clock, providers=understanding("waha"))
    with other as system:
        system.receipts.replay(None, receipt.id)
        system.settle()
    waits = inbox.states()

    inbox.running.http().delete(f"/v1/clients/{client('Zoé')}/personal-data")
    inbox.running.settle()

    assert (waits, inbox.receipts()) == (["not_understood_yet"], [])


def test_it_is_said_what_stays_of_whoever_is_erased() -> None:
    assert any("nobody has understood" in each.what for each in STAYS)


# --- Keys -------------------------------------------------------------------------------------


def test_whoever_lacks_the_key_leaves_it_to_others(inbox: Inbox, settings: Settings) -> None:
    system = inbox.running.system
    elsewhere = MasterKeys([b"k" * 32])
    PostgresReceipts(
        system.database, elsewhere, system.clock, pepper=settings.pepper, kept=lambda: None
    ).keep(TenantId(TENANT), system.providers[0], call("whatsapp"))

    inbox.running.settle()

    assert inbox.states() == ["waiting"]
    [job] = system.jobs.find(None)
    assert (job.status, job.attempts) == ("failing", 1)
    assert str(job.last_error).startswith("NotReadableHere")


def test_nobody_can_put_what_was_sent_to_one_in_the_place_of_what_was_sent_to_another(
    inbox: Inbox,
) -> None:
    inbox.call(body=said("stripe", 1))
    inbox.call(body=said("stripe", 2))
    with inbox.running.system.database.as_worker() as connection:
        connection.execute(
            "UPDATE work.receipts r SET wrapped = o.wrapped, sealed = o.sealed"
            " FROM work.receipts o WHERE o.id <> r.id"
        )

    inbox.running.system.worker.run_due()

    assert inbox.states() == ["waiting"] * 2
    assert {str(job.last_error) for job in inbox.running.system.jobs.find(None)} == {
        "PersonalDataDamagedError: "
    }


@pytest.mark.parametrize("refusal", [TooContended(), StorageIsAway()])
def test_what_cannot_be_done_at_this_moment_is_done_later(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, refusal: NotNow
) -> None:
    """It is no answer to the call."""
    inbox.call(body=body("Zoé"))
    system, left = inbox.running.system, [refusal]

    def carry(self: Any, command: Any, about: Any) -> Any:
        if left:
            raise left.pop()
        return dispatched(self, command, about)

    dispatched = Dispatcher.__call__
    monkeypatch.setattr(Dispatcher, "__call__", carry)
    system.worker.run_due()
    assert inbox.states() == ["waiting"]

    inbox.running.clock.set(inbox.running.clock() + timedelta(hours=1))
    inbox.running.settle()

    assert inbox.states() == ["understood"]
