"""What Meta says no to: what is done is what the code says, nothing is lost, and nobody else waits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import pytest

from domain.business.configuration import RecordTrouble
from domain.business.users import Role
from tests.conversations.threads.conversing import Person
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import (
    NUMBER,
    OTHER_NUMBER,
    Cloud,
    Fault,
    Refusal,
    told,
    wrote,
)
from tests.running import Running
from tests.sales.mails.office import Office

pytestmark = pytest.mark.postgres

PERMANENT: Final = (131_008, 131_026, 131_047, 131_050, 130_472, 131_021, 132_000, 137_000)


def asked_after(running: Running, meta: Cloud, seconds: float) -> int:
    """Return how often Meta is asked until so many seconds have passed."""
    before = meta.asked
    running.system.walk(running.clock() + timedelta(seconds=seconds))
    return meta.asked - before


@pytest.mark.parametrize("code", PERMANENT)
def test_what_is_refused_for_good_is_not_given_again(
    running: Running, desk: Desk, meta: Cloud, code: int
) -> None:
    desk.is_written_to()
    meta.faults = [Refusal(code)]
    said = desk.answers()
    assert (said["status"], said["reason"]) == ("failed", str(code))
    assert asked_after(running, meta, 100_000) == 0


@pytest.mark.parametrize(
    ("refusal", "pause"),
    [
        (Refusal(131_056, 400), 6),
        (Refusal(131_056, 400, retry_after=40), 40),
        (Refusal(130_429, 429), 5),
        (Refusal(130_429, 429, retry_after=90), 90),
        (Refusal(80_007, 429), 60),
        (Refusal(131_057, 500), 300),
        (Refusal(131_016, 503, retry_after=120), 120),
        (Refusal(131_049), 86_400),
    ],
)
def test_what_may_be_given_later_is_not_given_sooner_whoever_writes_meanwhile(
    running: Running, desk: Desk, meta: Cloud, refusal: Refusal, pause: int
) -> None:
    desk.is_written_to()
    meta.faults = [refusal]
    desk.answers("un")
    assert meta.asked == 1
    desk.ana.says(desk.threads[0], "deux")
    assert asked_after(running, meta, pause - 2) == 0

    if pause < 86_400:
        running.system.walk(running.clock() + timedelta(seconds=pause * 3 + 10))
        assert meta.said == ["un", "deux"]


def test_who_is_to_be_left_alone_is_given_nothing_for_a_day(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    desk.answers("un")
    errors = [{"code": 131_049, "title": "no"}]
    desk.is_called(told((meta.name(1), "failed"), at=desk.now, errors=errors))
    desk.is_called(told((meta.name(1), "failed"), at=desk.now, errors=errors))
    said = desk.answers("deux")

    assert (said["status"], meta.said) == ("queued", ["un"])
    running.clock.set(running.clock() + timedelta(hours=12))
    desk.is_written_to("wamid.2", "Toujours là ?")
    running.system.walk(running.clock() + timedelta(hours=12, seconds=1))
    assert (desk.message(said)["status"], meta.said) == ("sent", ["un", "deux"])


def test_what_went_wrong_for_no_reason_is_tried_once_more_and_no_more(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    meta.faults = [Refusal(131_000, 500), Refusal(131_000, 500)]
    said = desk.answers()
    running.system.walk(running.clock() + timedelta(hours=1))
    shown = desk.message(said)
    assert (shown["status"], shown["reason"], meta.asked) == ("failed", "131000", 2)


@pytest.mark.parametrize("code", [0, 10, 190, 200, 299, 368, 131_031, 131_042, 131_063])
def test_an_account_in_trouble_is_told_to_its_owners_once_and_nothing_is_lost(
    running: Running, desk: Desk, meta: Cloud, code: int
) -> None:
    office = Office.opened(running)
    desk.is_written_to()
    meta.faults = [Refusal(code)] * 40
    said = [desk.ana.says(desk.threads[0], str(n)) for n in range(3)]
    running.settle()
    running.system.walk(running.clock() + timedelta(hours=5))
    assert told_of_trouble(office) == 1
    assert meta.asked < 30
    assert trouble(desk) == str(code)

    meta.faults = []
    running.system.walk(running.clock() + timedelta(minutes=20))
    assert meta.said == ["0", "1", "2"]
    assert {desk.message(each)["status"] for each in said} == {"sent"}
    assert trouble(desk) is None
    meta.faults = [Refusal(code)]
    desk.answers("encore")
    assert told_of_trouble(office) == 2


def told_of_trouble(office: Office) -> int:
    return [mail.kind for mail in office.mails("camille")].count("account-troubled")


def trouble(desk: Desk) -> Any:
    owner = desk.running.http()
    return owner.get("/v1/configuration/whatsapp.cloud").json()["trouble"]


def test_what_nobody_configures_any_more_is_in_no_trouble(running: Running) -> None:
    answer = running.order(RecordTrouble(key="stripe", code="1"))
    assert not answer.recorded


# --- Several numbers ----------------------------------------------------------------------


def test_each_conversation_goes_by_the_number_by_which_they_wrote(
    running: Running, meta: Cloud, ana: Person
) -> None:
    desk = Desk(running, ana, meta, more=OTHER_NUMBER)
    desk.is_called(*written("wamid.1", desk), number=OTHER_NUMBER)
    desk.answers("un")
    running.clock.set(running.clock() + timedelta(minutes=1))
    desk.is_called(*written("wamid.2", desk), number=NUMBER)
    desk.answers("deux")
    desk.is_called(*written("wamid.3", desk), number="106540352242000")
    assert meta.by == [OTHER_NUMBER, NUMBER]


def test_a_limit_of_one_number_keeps_nobody_waiting_at_another(
    running: Running, meta: Cloud, ana: Person
) -> None:
    desk = Desk(running, ana, meta, more=OTHER_NUMBER)
    desk.is_called(*written("wamid.1", desk), number=OTHER_NUMBER)
    desk.is_called(*written("wamid.2", desk, by="33687654321"), number=NUMBER)
    desk.is_called(*written("wamid.3", desk, by="33687654322"), number=OTHER_NUMBER)
    meta.faults = [Refusal(130_429, 429, retry_after=3_600)]
    for thread in sorted(desk.threads, key=lambda each: str(each["opened_at"])):
        ana.says(thread, "Bonjour")
    running.settle()
    left = {OTHER_NUMBER: [NUMBER], NUMBER: [OTHER_NUMBER] * 2}
    assert meta.by in left.values()
    assert meta.asked == len(meta.by) + 1


def written(id_: str, desk: Desk, **more: Any) -> Sequence[dict[str, Any]]:
    return [wrote((id_, "Bonjour"), at=desk.now, **more)]


# --- Sent again ---------------------------------------------------------------------------


def again(desk: Desk, said: dict[str, Any], who: Person | None = None, **more: Any) -> Any:
    http = (who or desk.ana).http
    answer = http.post(f"/v1/messages/{said['id']}/send-again", **more)
    desk.running.settle()
    return answer


@pytest.mark.parametrize("fault", [Fault.HANGS_UP, Refusal(131_026)])
def test_what_is_stuck_is_sent_again_once_for_each_asking(
    desk: Desk, meta: Cloud, fault: Fault | Refusal
) -> None:
    desk.is_written_to()
    meta.faults = [fault]
    said = desk.answers()
    taken = len(meta.book)
    key = {"Idempotency-Key": "again-1"}
    assert [again(desk, said, headers=key).status_code for _ in range(2)] == [200, 200]

    assert (desk.message(said)["status"], len(meta.book)) == ("sent", taken + 1)
    refused = again(desk, said)
    assert (refused.status_code, refused.json()["code"]) == (409, "message-is-not-stuck")
    assert refused.json()["current_status"] == "sent"
    steps = desk.running.http(Role.OWNER).get(f"/v1/messages/{said['id']}/history").json()
    assert [each["type"] for each in steps["data"]].count("message-sent-again.v1") == 1


def test_who_may_not_write_there_sends_nothing_again(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    meta.faults = [Refusal(131_026)]
    said = desk.answers()
    client_id = desk.threads[0]["client_id"]
    zoe = Person(running, Role.CLIENT, client_id, client_id=client_id)
    assert again(desk, said, zoe).status_code == 403
    assert again(desk, said, Person(running, Role.AUDITOR, "")).status_code == 403
    assert meta.book == []


def test_after_a_day_nothing_is_sent_again_freely(
    running: Running, desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    meta.faults = [Refusal(131_026)]
    said = desk.answers()
    running.clock.set(running.clock() + timedelta(days=1))
    refused = again(desk, said)
    assert (refused.status_code, refused.json()["code"]) == (409, "window-closed")
