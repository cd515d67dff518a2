"""What each refusal is called and says, in the languages people read here. In English it is said in its
class, and called by its code in words.
"""

from collections.abc import Mapping
from typing import Final

from api.problems.french import FRENCH, Words
from domain.languages import nearest
from domain.messages import DomainError

ENGLISH: Final = "en"
MOST_WISHES: Final = 20

LANGUAGES: Final[Mapping[str, Mapping[str, Words]]] = {"fr": FRENCH}


def said_in(language: str, kind: type[DomainError]) -> Words:
    """Return the words of a refusal in a language.

    >>> from domain.scheduling.agendas import SlotTaken
    >>> said_in("fr", SlotTaken).title, said_in("en", SlotTaken)
    ('Créneau pris', Words(title='Slot taken', detail='Someone else has this slot.'))
    """
    english = Words(kind.code.replace("-", " ").capitalize(), kind.says)
    return LANGUAGES.get(language, {}).get(kind.code, english)


def language(accepted: str) -> str:
    """Choose from an Accept-Language header, of each tag the nearest that there is (RFC 4647); English
    when nothing else is wanted.

    >>> language("de, fr-CA;q=0.8, en;q=0.2"), language("FR ; level=1 ; Q=0.9, en;q=0.5")
    ('fr', 'fr')
    """
    wishes = (_wish(part) for part in accepted.split(",", MOST_WISHES)[:MOST_WISHES])
    wanted = sorted((-quality, n, tag) for n, (tag, quality) in enumerate(wishes) if quality > 0)
    found = (nearest(tag, (ENGLISH, *LANGUAGES)) for *_, tag in wanted)
    return next((tongue for tongue in found if tongue), ENGLISH)


def _wish(part: str) -> tuple[str, float]:
    tag, *parameters = part.replace(" ", "").replace("\t", "").lower().split(";")
    weights = [each[2:] for each in parameters if each.startswith("q=")]
    try:
        quality = float(weights[0]) if weights else 1.0
    except ValueError:
        quality = 0.0
    return tag, quality
