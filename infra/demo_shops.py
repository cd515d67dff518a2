"""The businesses of the demonstration, and what their clients are called."""

from collections.abc import Sequence
from typing import Final, NamedTuple

FIRST_NAMES: Final = [
    "Zoé",
    "Léa",
    "Inès",
    "Jade",
    "Louise",
    "Hugo",
    "Noah",
    "Adam",
    "Sacha",
    "Nina",
    "Maya",
    "Omar",
    "Ruth",
    "Ivan",
]
LAST_NAMES: Final = [
    "Martin",
    "Bernard",
    "Dubois",
    "Moreau",
    "Garcia",
    "Okafor",
    "Lindqvist",
    "Novak",
    "Rossi",
    "Weiss",
]


class Shop(NamedTuple):
    """A business of the demonstration: the first of its people owns it."""

    name: str
    email: str
    time_zone: str
    language: str
    currency: str
    people: Sequence[str]
    services: Sequence[tuple[str, str, int, int, int]]
    hours: Sequence[tuple[str, str]]


SHOPS: Final = (
    Shop(
        name="Salon Ana",
        email="ana@salon.example",
        time_zone="Europe/Paris",
        language="fr",
        currency="EUR",
        people=("Ana Lopez", "Chloé Roux", "Hugo Petit"),
        services=(
            ("Coupe", "Cheveux", 45, 10, 4200),
            ("Couleur", "Cheveux", 90, 15, 8900),
            ("Barbe", "Soins", 30, 5, 2500),
        ),
        hours=(("09:00", "12:30"), ("13:30", "19:00")),
    ),
    Shop(
        name="Harbour Clinic",
        email="reed@clinic.example",
        time_zone="America/New_York",
        language="en",
        currency="USD",
        people=("Dr Reed", "Dr Osei"),
        services=(
            ("Consultation", "General", 30, 10, 9500),
            ("Check-up", "General", 60, 15, 18000),
        ),
        hours=(("08:00", "12:00"), ("13:00", "17:00")),
    ),
)
