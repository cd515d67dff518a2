"""The words by which people say that they want to be told nothing more, or something again.

One is meant only where it is alone in a message, once or over and over, in whatever case, with accents or without, and
whatever stands around it. In North America the law says which words are enough: 47 CFR 64.1200(a)(10) names stop, quit,
end, revoke, opt out, cancel and unsubscribe; there only `cancel` and the like count, which elsewhere are about a booking.
STOP is what French operators ask for (charter of the AF2M), and what all providers understand; the other words are its
translations, BAJA by the Spanish LSSI, 22.1.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Word(StrEnum):
    """What somebody asks for."""

    STOP = "stop"
    START = "start"


STOP: Final = frozenset(
    (
        *("stop", "stopall", "stop all", "stop sms", "sms stop"),
        *("unsubscribe", "opt out", "optout", "revoke"),
        *("arret", "arreter", "desabonner", "desinscrire", "desinscription"),  # French
        *("baja", "darse de baja", "alto", "parar"),  # Spanish
        *("pare", "sair", "parar", "cancelar inscricao"),  # Portuguese
        *("stopp", "abmelden", "abbestellen"),  # German
        *("stoppen", "afmelden"),  # Dutch
        *("ferma", "disiscrivimi", "basta sms"),  # Italian
        *("atura", "atureu"),  # Catalan
        *("avslutt", "avsluta", "afmeld", "lopeta"),  # Norwegian, Swedish, Danish, Finnish
        *("wypisz",),  # Polish
    )
)
IN_NORTH_AMERICA: Final = frozenset(("cancel", "end", "quit"))
START: Final = frozenset(
    (
        *("start", "unstop", "subscribe", "opt in", "optin"),
        *("reprendre", "reabonner", "reinscrire"),  # French
        *("alta", "iniciar", "comenzar"),  # Spanish
        *("voltar",),  # Portuguese
        *("anmelden", "starten", "aanmelden"),  # German, Dutch
        *("inizia", "iscrivimi"),  # Italian
    )
)

LONGEST: Final = 60
"""Letters of a message in which a word is looked for: a longer one says more."""

NORTH_AMERICA: Final = "1"
"""How telephone numbers begin there."""


def meant(text: str, number: str = "") -> Word | None:
    """Return what somebody asks for by one word, who writes by this telephone number.

    >>> meant("  « Arrêt ! »"), meant("Stop by at ten?"), meant("CANCEL", "33612345678")
    (<Word.STOP: 'stop'>, None, None)
    """
    said = _plain(text)
    if said in STOP or (number.startswith(NORTH_AMERICA) and said in IN_NORTH_AMERICA):
        return Word.STOP
    return Word.START if said in START else None


def _plain(text: str) -> str:
    """Return the words alone, each once: without accents, capitals, and whatever is no letter."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(each for each in letters if not unicodedata.combining(each))
    said = " ".join(dict.fromkeys(re.findall(r"[^\W\d_]+", bare)))
    return said if len(said) <= LONGEST else ""
