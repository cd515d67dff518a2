"""Clients are told of their bookings by WhatsApp, if they want to: each notice once, and by mail where it is not
taken.
"""

from datetime import UTC, datetime

import pytest

from tests.conversations.whatsapp.appointments import Appointments
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, Fault, told

pytestmark = pytest.mark.postgres


def names(meta: Cloud) -> list[str]:
    return [each["template"]["name"] for each in meta.book]


def test_every_step_of_a_booking_is_told_by_whatsapp_and_in_the_conversation(
    desk: Desk, meta: Cloud
) -> None:
    zoes = Appointments(desk)

    booking = zoes.book()
    zoes.does(booking, "confirm")
    zoes.does(booking, "reschedule", starts_at="2027-01-06T10:00:00+01:00")
    desk.running.system.walk(datetime(2027, 1, 6, 8, tzinfo=UTC))
    zoes.does(booking, "cancel")

    assert names(meta) == [
        "booking_requested",
        "booking_confirmed",
        "booking_rescheduled",
        "reminder_24h",
        "reminder_2h",
        "booking_cancelled",
    ]
    assert {each["to"] for each in meta.book} == {"33612345678"}
    assert [each["text"] for each in zoes.messages()][:3] == [
        "Bonjour Zoé, demande reçue pour le mardi 05/01 à 10 h.",
        "Bonjour Zoé, rendez-vous confirmé le mardi 05/01 à 10 h.",
        "Bonjour Zoé, nouveau rendez-vous le mercredi 06/01 à 10 h.",
    ]
    assert {(each["kind"], each["status"]) for each in zoes.messages()} == {("system", "sent")}
    assert zoes.mails() == []


def test_what_whatsapp_has_no_template_for_is_told_by_mail(desk: Desk, meta: Cloud) -> None:
    zoes = Appointments(desk, "booking-confirmed")

    zoes.does(zoes.book(), "confirm")

    assert (names(meta), zoes.mails()) == (["booking_confirmed"], ["booking-requested"])


def test_while_somebody_writes_they_are_told_in_words_that_need_no_template(
    desk: Desk, meta: Cloud
) -> None:
    zoes = Appointments(desk, "booking-requested")
    booking = zoes.book()
    desk.is_written_to()

    zoes.does(booking, "confirm")

    assert meta.book[-1]["text"]["body"] == (
        "Ana : votre rendez-vous du mardi 05/01 à 10 h est confirmé."
    )
    assert zoes.mails() == []


@pytest.mark.parametrize("told_by", [(), ("mail",), ("mail", "whatsapp")])
def test_who_does_not_want_another_channel_is_told_by_mail(
    desk: Desk, meta: Cloud, told_by: tuple[str, ...]
) -> None:
    zoes = Appointments(desk, told_by=told_by)

    zoes.book()

    assert (meta.book, zoes.mails()) == ([], ["booking-requested"])


def test_who_opts_out_of_everything_is_told_nothing(desk: Desk, meta: Cloud) -> None:
    zoes = Appointments(desk)
    for channel in ("whatsapp", "mail"):
        where = f"/v1/clients/{zoes.zoe}/consents/{channel}/notices"
        assert zoes.http.put(where, json={"agreed": False}).status_code == 200

    zoes.book()

    assert (meta.book, zoes.mails()) == ([], [])


def test_what_is_refused_is_told_by_mail_once(desk: Desk, meta: Cloud) -> None:
    zoes = Appointments(desk)
    meta.faults = [Fault.WINDOW]

    zoes.book()
    zoes.does(zoes.book("2027-01-07T10:00:00+01:00"), "confirm")

    [failed, *sent] = zoes.messages()
    assert (failed["status"], failed["reason"]) == ("failed", "131047")
    assert [each["status"] for each in sent] == ["sent", "sent"]
    assert names(meta) == ["booking_requested", "booking_confirmed"]
    assert zoes.mails() == ["booking-requested"]


def test_what_did_not_arrive_is_told_by_mail_once(desk: Desk, meta: Cloud) -> None:
    zoes = Appointments(desk)
    zoes.book()
    failure = told((meta.name(1), "failed"), at=desk.now, errors=[{"code": 131_026}])

    desk.is_called(failure)
    desk.is_called(failure)

    assert zoes.mails() == ["booking-requested"]


def test_what_is_uncertain_is_told_by_nothing_else(desk: Desk, meta: Cloud) -> None:
    zoes = Appointments(desk)
    meta.faults = [Fault.HANGS_UP]

    zoes.book()

    [notice] = zoes.messages()
    assert (notice["status"], len(meta.book), zoes.mails()) == ("uncertain", 1, [])


def test_what_failed_and_is_true_no_more_is_told_by_nothing(desk: Desk, meta: Cloud) -> None:
    zoes = Appointments(desk)
    booking = zoes.book()
    zoes.does(booking, "confirm")

    desk.is_called(told((meta.name(1), "failed"), at=desk.now, errors=[{"code": 131_026}]))

    assert zoes.mails() == []


def test_what_waits_for_meta_while_it_is_called_off_is_not_told_any_more(
    desk: Desk, meta: Cloud
) -> None:
    zoes = Appointments(desk)
    meta.faults = [Fault.LIMIT] * 3
    booking = zoes.book()
    answer = zoes.http.post(f"{booking}/cancel")
    assert answer.status_code == 200

    desk.running.system.walk(desk.running.clock() + zoes.hour)

    assert names(meta) == ["booking_cancelled"]
    assert zoes.mails() == []


def test_who_opts_out_while_it_waits_is_told_by_mail(desk: Desk, meta: Cloud) -> None:
    zoes = Appointments(desk)
    meta.faults = [Fault.LIMIT]
    zoes.book()
    where = f"/v1/clients/{zoes.zoe}/consents/whatsapp/notices"
    assert zoes.http.put(where, json={"agreed": False}).status_code == 200

    desk.running.system.walk(desk.running.clock() + zoes.hour)

    [notice] = zoes.messages()
    assert (notice["status"], notice["reason"]) == ("failed", "opted-out")
    assert (meta.book, zoes.mails()) == ([], ["booking-requested"])


def test_who_waits_for_an_answer_waits_on_though_they_are_told_something(desk: Desk) -> None:
    zoes = Appointments(desk)
    booking = zoes.book()
    desk.is_written_to()

    zoes.does(booking, "confirm")

    [thread] = desk.threads
    assert (thread["is_waiting"], thread["first_reply_after"]) == (True, None)


def test_who_was_merged_is_told_as_whoever_stands_for_them(desk: Desk, meta: Cloud) -> None:
    zoes = Appointments(desk)
    booking = zoes.book()
    stands = zoes.registers(email="z.dupont@example.org", phone="+33698765432")
    merged = zoes.http.post(f"/v1/clients/{stands}/merge", json={"sources": [zoes.zoe]})
    assert merged.status_code == 200, merged.text

    zoes.does(booking, "confirm")

    assert names(meta) == ["booking_requested", "booking_confirmed"]
    assert zoes.mails() == []
