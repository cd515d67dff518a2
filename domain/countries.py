"""Countries (ISO 3166), and which of them somebody is in: by the pinned `tzdata` package, as clocks are.

Its lists say which countries keep the time of a zone, and which names are others' of the same zone.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from domain.languages import country_in
from domain.messages import Invalid

_DATA: Final = files("tzdata") / "zoneinfo"

KOSOVO: Final = "XK"
"""It has telephones and no code of ISO 3166 yet; this is the one that others use."""


class UnknownCountry(Invalid):
    """There is no such country; use a code of ISO 3166 like BE."""

    country: str


def _lines(name: str) -> Iterator[list[str]]:
    """Return what stands in the columns of a list, without the words about it."""
    text = (_DATA / name).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if not line.startswith("#"))


COUNTRIES: Final = frozenset({KOSOVO, *(code for code, _ in _lines("iso3166.tab"))})
"""Every code one may use."""


def refuse_unknown(country: str | None) -> None:
    """Refuse what is no country. None is nothing said."""
    if country is not None and country not in COUNTRIES:
        raise UnknownCountry(country=country)


def country_of(time_zone: str | None, language: str | None) -> str | None:
    """Return the country that a zone and a language speak of; None when neither tells.

    A zone is of the country that it is named for, unless the language names another one that keeps
    its time.

    >>> country_of("Europe/Brussels", "fr"), country_of("Europe/Brussels", "nl-NL")
    ('BE', 'NL')
    >>> country_of("Etc/UTC", "fr-CA"), country_of("Etc/UTC", "fr"), country_of("US/Eastern", "es")
    ('CA', None, 'US')
    """
    spoken, sharing = country_in(language), _sharing(time_zone or "")
    if spoken in (sharing or COUNTRIES):
        return spoken
    return _named_for(time_zone or "", sharing)


def _named_for(time_zone: str, sharing: Sequence[str]) -> str | None:
    alone = sharing[0] if len(sharing) == 1 else None
    return _of_zones().named.get(time_zone, alone)


def _sharing(time_zone: str) -> Sequence[str]:
    """Return the countries that keep the time of a zone."""
    zones = _of_zones()
    return zones.sharing.get(zones.behind.get(time_zone, time_zone), ())


class _Zones(NamedTuple):
    """The country each zone is named for, those that share one, and the zone behind another name."""

    named: Mapping[str, str]
    sharing: Mapping[str, Sequence[str]]
    behind: Mapping[str, str]


@cache
def _of_zones() -> _Zones:
    links = (line.split() for (line,) in _lines("tzdata.zi") if line.startswith("L "))
    return _Zones(
        named={zone: country for country, _, zone, *_ in _lines("zone.tab")},
        sharing={zone: every.split(",") for every, _, zone, *_ in _lines("zone1970.tab")},
        # What is called like a clock, and not like a place, such as CET, is no country's.
        behind={other: zone for _, zone, other in links if "/" in other},
    )
