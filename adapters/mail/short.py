"""What a short message says of a booking, in words: what stands in the places of templates, on one line each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from adapters.mail import wording
from adapters.mail.paper import line
from application.scheduling.mails import BookingMail
from domain.values import TimeSlot
from domain.zones import to_local, zone

PLAIN: Final = str.maketrans(
    {wording.APOSTROPHE: "'", wording.MINUS: "-", wording.NBSP: " ", wording.THIN: " "}
)
"""By what it fits into more SMS: see `application/scheduling/standard_notices.py`."""


def short_words(mail: BookingMail, language: str) -> Mapping[str, str]:
    """Return by name what there is to say."""
    client = line(mail.client.name if mail.client else None)
    said = {
        "business": line(mail.business),
        "first_name": client.partition(" ")[0],
        "name": client,
        "professional": line(mail.professional.name),
        "service": line(mail.service),
        "location": line(mail.location),
        "reason": line(mail.reason),
        **_times(mail, language),
    }
    return {name: text for name, text in said.items() if text}


def _times(mail: BookingMail, language: str) -> Mapping[str, str]:
    times = {"previous": _when(mail.previous_slot, mail, language)}
    if mail.slot is None:
        return times
    starts = to_local(mail.slot.starts_at, zone(mail.time_zone))
    return {
        **times,
        "when": _when(mail.slot, mail, language),
        "date": day(starts, language),
        "time": hour(starts, language),
    }


def _when(slot: TimeSlot | None, mail: BookingMail, language: str) -> str:
    """Say when it begins, and by whose clock if that is not the one on the wall there."""
    if slot is None:
        return ""
    starts = slot.starts_at.astimezone(zone(mail.time_zone))
    at = {"en": "at", "fr": "à"}[language]
    said = f"{day(starts, language)} {at} {hour(starts, language)}"
    if to_local(slot.starts_at, zone(mail.local_time_zone)) == to_local(
        slot.starts_at, zone(mail.time_zone)
    ):
        return said
    return f"{said} ({wording.whose_clock(starts, mail.time_zone, language)})".translate(PLAIN)


def day(moment: datetime, language: str) -> str:
    """Say which day, without the year: `Monday 5 April`, or `lundi 05/04` in French, whose months have letters that
    SMS does not know.

    >>> day(datetime(2027, 8, 1), "fr"), day(datetime(2027, 8, 1), "en")
    ('dimanche 01/08', 'Sunday 1 August')
    """
    weekday = wording.DAYS[language][moment.weekday()]
    if language == "fr":
        return f"{weekday} {moment:%d/%m}"
    return f"{weekday} {moment.day} {wording.MONTHS[language][moment.month - 1]}"


def hour(moment: datetime, language: str) -> str:
    """Say the time of day.

    >>> hour(datetime(2027, 8, 1, 9, 30), "fr"), hour(datetime(2027, 8, 1, 9), "en")
    ('9 h 30', '09:00')
    """
    return wording.hour(moment, language).translate(PLAIN)
