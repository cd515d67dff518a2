from datetime import UTC, datetime, timedelta

import pytest

from adapters.mail import wording
from domain.values import Money, TimeSlot

NBSP = "\u00a0"
MINUS = "\u2212"


def slot(starts: str, minutes: int = 60) -> TimeSlot:
    starts_at = datetime.fromisoformat(starts).replace(tzinfo=UTC)
    return TimeSlot(starts_at, starts_at + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("time_zone", "english", "french"),
    [
        (
            "Europe/Paris",
            "Tuesday 1 December 2026, 10:00 to 11:00 (Paris time, UTC+1)",
            "mardi 1er décembre 2026, de 10 h à 11 h (heure de Paris, UTC+1)",
        ),
        (
            "America/New_York",
            "Tuesday 1 December 2026, 04:00 to 05:00 (New York time, UTC-5)",
            "mardi 1er décembre 2026, de 4 h à 5 h (heure de New York, UTC-5)",
        ),
        (
            "Asia/Kolkata",
            "Tuesday 1 December 2026, 14:30 to 15:30 (Kolkata time, UTC+5:30)",
            "mardi 1er décembre 2026, de 14 h 30 à 15 h 30 (heure de Kolkata, UTC+5:30)",
        ),
        (
            "Europe/London",
            "Tuesday 1 December 2026, 09:00 to 10:00 (London time, UTC)",
            "mardi 1er décembre 2026, de 9 h à 10 h (heure de Londres, UTC)",
        ),
        (
            "Africa/Abidjan",
            "Tuesday 1 December 2026, 09:00 to 10:00 (Abidjan time, UTC)",
            "mardi 1er décembre 2026, de 9 h à 10 h (heure d\u2019Abidjan, UTC)",
        ),
        (
            "Etc/UTC",
            "Tuesday 1 December 2026, 09:00 to 10:00 (UTC)",
            "mardi 1er décembre 2026, de 9 h à 10 h (UTC)",
        ),
    ],
)
def test_a_time_is_told_on_the_readers_clock(time_zone: str, english: str, french: str) -> None:
    nine = slot("2026-12-01T09:00")

    assert wording.when(nine, time_zone, "en") == english.replace("UTC-", f"UTC{MINUS}")
    told = wording.when(nine, time_zone, "fr")
    assert told.replace(NBSP, " ") == french.replace("UTC-", f"UTC{MINUS}")


def test_a_visit_past_midnight_names_both_days() -> None:
    late = slot("2026-12-01T22:30")

    assert wording.when(late, "Europe/Paris", "en") == (
        "Tuesday 1 December 2026, 23:30 to Wednesday 2 December 2026, 00:30 (Paris time, UTC+1)"
    )
    assert wording.when(late, "Europe/Paris", "fr").replace(NBSP, " ") == (
        "du mardi 1er décembre 2026 à 23 h 30 au mercredi 2 décembre 2026 à 0 h 30"
        " (heure de Paris, UTC+1)"
    )


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first, second = slot("2026-10-25T00:30", 30), slot("2026-10-25T01:30", 30)

    assert "02:30" in wording.when(first, "Europe/Paris", "en")
    assert "UTC+2" in wording.when(first, "Europe/Paris", "en")
    assert "02:30" in wording.when(second, "Europe/Paris", "en")
    assert "UTC+1" in wording.when(second, "Europe/Paris", "en")


def test_summer_time_begins_between_two_mondays() -> None:
    before, after = slot("2027-03-22T09:00"), slot("2027-03-29T09:00")

    assert wording.start(before, "Europe/Paris", "en") == "Monday 22 March 2027 at 10:00"
    assert wording.start(after, "Europe/Paris", "en") == "Monday 29 March 2027 at 11:00"


WITHOUT_CENTS = ("CLP", "ISK", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")


@pytest.mark.parametrize(
    ("amount", "currency", "english", "french"),
    [
        (4500, "EUR", "€45.00", "45,00 €"),
        (123456789, "EUR", "€1,234,567.89", "1\u202f234\u202f567,89 €"),
        (4500, "USD", "$45.00", "45,00 $ US"),
        (800, "JPY", "¥800", "800 ¥"),
        (1250, "TND", "1.250 TND", "1,250 TND"),
        *((800, each, f"800 {each}", f"800 {each}") for each in WITHOUT_CENTS),
        (0, "CHF", "0.00 CHF", "0,00 CHF"),
    ],
)
def test_a_price_is_told_as_one_writes_it(
    amount: int, currency: str, english: str, french: str
) -> None:
    money = Money(amount, currency)

    assert wording.price(money, "en").replace(NBSP, " ") == english
    assert wording.price(money, "fr").replace(NBSP, " ") == french
