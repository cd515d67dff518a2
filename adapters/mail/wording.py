"""Times, zones and prices in words, as readers of English and French write them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from domain.values import Money, TimeSlot
from domain.zones import zone

NBSP: Final = "\u00a0"
THIN: Final = "\u202f"
MINUS: Final = "\u2212"
APOSTROPHE: Final = "\u2019"

DAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
}
FRENCH_CITIES: Final[Mapping[str, str]] = {
    "Algiers": f"d{APOSTROPHE}Alger",
    "Athens": f"d{APOSTROPHE}Athènes",
    "Brussels": "de Bruxelles",
    "Bucharest": "de Bucarest",
    "Cairo": "du Caire",
    "Copenhagen": "de Copenhague",
    "Lisbon": "de Lisbonne",
    "London": "de Londres",
    "Mexico City": "de Mexico",
    "Moscow": "de Moscou",
    "Reunion": "de La Réunion",
    "Rome": "de Rome",
    "Vienna": "de Vienne",
    "Warsaw": "de Varsovie",
}
"""Where French has a name of its own, or more than `de` before it."""

SYMBOLS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"EUR": "€", "GBP": "£", "USD": "$", "CAD": "CA$", "JPY": "¥"},
    "fr": {"EUR": "€", "GBP": "£", "USD": f"${NBSP}US", "CAD": f"${NBSP}CA", "JPY": "¥"},
}
DIGITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
}
"""How many digits come after the point, where it is not two (ISO 4217)."""


def when(slot: TimeSlot, time_zone: str, language: str) -> str:
    """Say when, on the wall clock there: day, hours, whose clock it is.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    >>> when(TimeSlot(noon, noon + timedelta(minutes=90)), "Europe/Paris", "en")
    'Tuesday 1 December 2026, 13:00 to 14:30 (Paris time, UTC+1)'
    """
    starts = slot.starts_at.astimezone(zone(time_zone))
    ends = slot.ends_at.astimezone(zone(time_zone))
    clock = whose_clock(starts, time_zone, language)
    if starts.date() == ends.date():
        hours = {"en": "{0}, {1} to {2}", "fr": "{0}, de {1} à {2}"}[language]
        told = hours.format(day(starts, language), hour(starts, language), hour(ends, language))
    else:
        days = {"en": "{0}, {1} to {2}, {3}", "fr": "du {0} à {1} au {2} à {3}"}[language]
        told = days.format(
            day(starts, language), hour(starts, language), day(ends, language), hour(ends, language)
        )
    return f"{told} ({clock})"


def start(slot: TimeSlot, time_zone: str, language: str) -> str:
    """Say on which day and at what time it begins."""
    return instant(slot.starts_at, time_zone, language)


def instant(moment: datetime, time_zone: str, language: str) -> str:
    """Say on which day and at what time it is."""
    local = moment.astimezone(zone(time_zone))
    at = {"en": "at", "fr": "à"}[language]
    return f"{day(local, language)} {at} {hour(local, language)}"


def day(moment: datetime, language: str) -> str:
    """Say which day: the first of a month is `1er` in French."""
    number = "1er" if language == "fr" and moment.day == 1 else str(moment.day)
    weekday, month = DAYS[language][moment.weekday()], MONTHS[language][moment.month - 1]
    return f"{weekday} {number} {month} {moment.year}"


def day_of(instant: datetime, time_zone: str, language: str) -> str:
    """Say which day it is there.

    >>> from datetime import UTC
    >>> day_of(datetime(2027, 1, 31, 23, 30, tzinfo=UTC), "Europe/Paris", "fr")
    'lundi 1er février 2027'
    """
    return day(instant.astimezone(zone(time_zone)), language)


def hour(moment: datetime, language: str) -> str:
    """Say the time of day: `14:30`, or `14 h 30` and `9 h` in French."""
    if language != "fr":
        return f"{moment:%H:%M}"
    return f"{moment.hour}{NBSP}h" + (f"{NBSP}{moment:%M}" if moment.minute else "")


def whose_clock(moment: datetime, time_zone: str, language: str) -> str:
    """Name the city whose clock it is, and how far from UTC: one hour a year comes twice."""
    distance = _distance(moment.utcoffset() or timedelta())
    area, _, city = time_zone.rpartition("/")
    if area in {"", "Etc"}:
        return distance
    name = city.replace("_", " ")
    if language != "fr":
        return f"{name} time, {distance}"
    of = f"d{APOSTROPHE}" if name[0] in "AEIOUÉ" else "de "
    return f"heure {FRENCH_CITIES.get(name, of + name)}, {distance}"


def _distance(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = MINUS if minutes < 0 else "+"
    return "UTC" if minutes == 0 else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def price(money: Money, language: str) -> str:
    """Say what it costs: `€1,250.00`, or `1 250,00 €` in French.

    >>> price(Money(125000, "EUR"), "en"), price(Money(800, "JPY"), "en")
    ('€1,250.00', '¥800')
    """
    digits = DIGITS.get(money.currency, 2)
    amount = f"{money.amount / 10**digits:,.{digits}f}"
    symbol = SYMBOLS[language].get(money.currency)
    if language == "fr":
        amount = amount.replace(",", THIN).replace(".", ",")
        return f"{amount}{NBSP}{symbol or money.currency}"
    return f"{symbol}{amount}" if symbol else f"{amount}{NBSP}{money.currency}"


def number(phone: str, language: str) -> str:
    """Write a phone number, and which extension to ask for.

    >>> number("+33199001234;ext=5", "en"), number("+33199001234", "fr")
    ('+33199001234 ext. 5', '+33199001234')
    """
    return phone.replace(";ext=", {"en": " ext. ", "fr": f" poste{NBSP}"}[language])
