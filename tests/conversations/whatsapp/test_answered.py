"""Clients answer what they are told about their bookings by a button: once, in their own name, and in time."""

from datetime import UTC, datetime

import pytest

from domain.scheduling.bookings.answers import OURS
from domain.values import AnswerKind, kind_of
from tests.conversations.whatsapp.appointments import Appointments
from tests.conversations.whatsapp.at_the_desk import Desk

pytestmark = pytest.mark.postgres

ALL = ("confirm", "cancel", "another-time")


@pytest.fixture
def zoes(desk: Desk) -> Appointments:
    """Zoé is told of what is confirmed with three buttons; until the day before she may call it off."""
    appointments = Appointments(desk, "booking-requested")
    appointments.has_template("booking-confirmed", *ALL)
    appointments.has_template("reminder-24h", *ALL)
    appointments.salon.change(cancellation_window_minutes=24 * 60, language="fr")
    return appointments


@pytest.fixture
def booking(zoes: Appointments) -> str:
    """What is confirmed."""
    found = zoes.book("2027-01-08T10:00:00+01:00")
    zoes.does(found, "confirm")
    return found


def last(zoes: Appointments) -> str:
    """Return what she was told last, in words."""
    return str(zoes.desk.meta.book[-1]["text"]["body"])


def test_who_comes_says_so_and_is_thanked(zoes: Appointments, booking: str) -> None:
    comes, _, _ = zoes.buttons()

    zoes.presses(comes)

    assert last(zoes) == "Merci, c'est noté."
    assert zoes.booking(booking)["status"] == "confirmed"
    assert [each["text"] for each in zoes.messages()][-2:] == ["Oui", "Merci, c'est noté."]


def test_who_does_not_come_calls_it_off_and_is_told_so_once(
    zoes: Appointments, booking: str
) -> None:
    _, does_not, _ = zoes.buttons()

    zoes.presses(does_not)

    assert zoes.booking(booking)["status"] == "cancelled"
    assert last(zoes) == "Ana : votre rendez-vous du vendredi 08/01 à 10 h est annulé."
    assert (len(zoes.desk.meta.book), zoes.mails()) == (3, [])


def test_it_is_too_late_to_call_it_off_within_the_window(zoes: Appointments, booking: str) -> None:
    zoes.running.system.walk(datetime(2027, 1, 7, 9, tzinfo=UTC))
    _, does_not, _ = zoes.buttons()

    zoes.presses(does_not)

    assert zoes.booking(booking)["status"] == "confirmed"
    assert last(zoes).startswith("Il est trop tard pour annuler")


def test_who_wants_another_time_waits_for_an_answer(zoes: Appointments, booking: str) -> None:
    _, _, another = zoes.buttons()

    zoes.presses(another)

    [thread] = zoes.desk.threads
    assert thread["is_waiting"]
    assert last(zoes).startswith("D'accord, nous vous proposons bientôt un autre moment.")
    assert zoes.booking(booking)["status"] == "confirmed"


def test_a_button_works_once(zoes: Appointments, booking: str) -> None:
    comes, _, _ = zoes.buttons()

    zoes.presses(comes)
    zoes.presses(comes)
    zoes.presses(comes, "wamid.pressed.again")

    assert [each["text"] for each in zoes.messages()][-4:] == [
        "Oui",
        "Merci, c'est noté.",
        "Oui",
        "Nous avons déjà votre réponse. Merci !",
    ]


def test_what_was_moved_is_not_called_off_by_what_was_told_before(
    zoes: Appointments, booking: str
) -> None:
    _, does_not, _ = zoes.buttons()
    zoes.does(booking, "reschedule", starts_at="2027-01-09T10:00:00+01:00")

    zoes.presses(does_not)

    assert zoes.booking(booking)["status"] == "confirmed"
    assert last(zoes).startswith("Ce rendez-vous a changé depuis")


def test_what_is_over_can_be_answered_no_more(zoes: Appointments, booking: str) -> None:
    comes, _, _ = zoes.buttons()
    zoes.running.system.walk(datetime(2027, 1, 8, 11, tzinfo=UTC))

    zoes.presses(comes)

    assert last(zoes).startswith("Ce rendez-vous a changé depuis, ou il est passé.")


def test_nobody_answers_for_another(zoes: Appointments, booking: str) -> None:
    _, does_not, _ = zoes.buttons()

    zoes.presses(does_not, by="33698765432")

    assert zoes.booking(booking)["status"] == "confirmed"
    assert last(zoes).startswith("We could not use this button.")


@pytest.mark.parametrize("forged", ["", "AAAA", "A" * 52, "é", "=" * 52])
def test_what_is_forged_does_nothing(zoes: Appointments, booking: str, forged: str) -> None:
    zoes.presses(f"{OURS}{forged}")

    assert zoes.booking(booking)["status"] == "confirmed"
    assert last(zoes).startswith("Nous n'avons pas pu utiliser ce bouton.")


@pytest.mark.parametrize("place", range(0, 52, 3))
def test_a_button_that_was_changed_somewhere_does_nothing(
    zoes: Appointments, booking: str, place: int
) -> None:
    _, does_not, _ = zoes.buttons()
    at = len(OURS) + place
    changed = does_not[:at] + ("B" if does_not[at] == "A" else "A") + does_not[at + 1 :]

    zoes.presses(changed)

    assert zoes.booking(booking)["status"] == "confirmed"


def test_what_others_call_their_buttons_is_left_to_a_person(
    zoes: Appointments, booking: str
) -> None:
    told = len(zoes.desk.meta.book)

    zoes.presses("yes-please")

    assert len(zoes.desk.meta.book) == told
    assert kind_of(zoes.messages()[-1]["author"]) == "client"


def test_there_is_a_button_for_each_answer() -> None:
    assert tuple(AnswerKind) == ALL
