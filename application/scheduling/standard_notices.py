"""What is said of bookings in a short message, where a business has no words of its own for it: also what it may begin
with, who writes some. In the alphabet of GSM (3GPP TS 23.038), so that one SMS has room for 160 characters.
"""

from collections.abc import Mapping
from typing import Final

from application.processes.effects.bookings import MailKind
from domain.conversations.templates import Wording, Wordings

PLACES: Final[Mapping[str, str]] = {
    "business": "The name of the business.",
    "first_name": "What the client is called, up to the first space.",
    "name": "What the client is called.",
    "professional": "Whom they come to.",
    "service": "What they come for.",
    "when": "Day and time, by the reader's clock.",
    "date": "The day.",
    "time": "The time of day.",
    "previous": "When it was to be before, where it was moved.",
    "location": "Where.",
    "reason": "Why it was called off, or declined.",
}
"""What can stand in such a template. What nobody knows of a booking, no template can say that has a place for it."""


def _says(fr: str, en: str) -> Wordings:
    return Wordings(fr=Wording(text=fr), en=Wording(text=en))


STANDARD: Final[Mapping[MailKind, Wordings]] = {
    MailKind.REQUESTED: _says(
        "{{business}} : nous avons votre demande pour le {{when}}. La confirmation suivra.",
        "{{business}}: we have your request for {{when}}. We will confirm it soon.",
    ),
    MailKind.CONFIRMED: _says(
        "{{business}} : votre rendez-vous du {{when}} est confirmé.",
        "{{business}}: your appointment on {{when}} is confirmed.",
    ),
    MailKind.RESCHEDULED: _says(
        "{{business}} : votre rendez-vous est déplacé au {{when}}.",
        "{{business}}: your appointment has been moved to {{when}}.",
    ),
    MailKind.CANCELLED: _says(
        "{{business}} : votre rendez-vous du {{when}} est annulé.",
        "{{business}}: your appointment on {{when}} has been cancelled.",
    ),
    MailKind.DECLINED: _says(
        "{{business}} : désolés, nous ne pouvons pas vous recevoir le {{when}}.",
        "{{business}}: we are sorry, we cannot see you on {{when}}.",
    ),
    MailKind.REMINDER_24H: _says(
        "{{business}} : rappel de votre rendez-vous, le {{when}}.",
        "{{business}}: a reminder of your appointment on {{when}}.",
    ),
    MailKind.REMINDER_2H: _says(
        "{{business}} : à tout à l'heure, votre rendez-vous est le {{when}}.",
        "{{business}}: see you soon, your appointment is on {{when}}.",
    ),
    MailKind.PROFESSIONAL_NEW: _says(
        "{{business}} : nouveau rendez-vous le {{when}}, {{name}}.",
        "{{business}}: new appointment on {{when}}, {{name}}.",
    ),
    MailKind.PROFESSIONAL_RESCHEDULED: _says(
        "{{business}} : rendez-vous déplacé au {{when}}, {{name}}.",
        "{{business}}: appointment moved to {{when}}, {{name}}.",
    ),
    MailKind.PROFESSIONAL_CANCELLED: _says(
        "{{business}} : rendez-vous annulé, {{when}}, {{name}}.",
        "{{business}}: appointment cancelled, {{when}}, {{name}}.",
    ),
}
