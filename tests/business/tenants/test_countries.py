"""In which country a business is, by what it says of its clock and its language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.countries import COUNTRIES, country_of
from domain.zones import ZONES


@pytest.mark.parametrize(
    ("time_zone", "language", "country"),
    [
        ("Europe/Brussels", "fr", "BE"),
        ("Europe/Luxembourg", "fr", "LU"),
        ("Europe/Brussels", "fr_LU", "LU"),
        ("Europe/Paris", "en-US", "FR"),
        ("Asia/Calcutta", "en", "IN"),
        ("US/Eastern", "en", "US"),
        ("Europe/Belfast", "en", None),
        ("Europe/Belfast", "en-GB", "GB"),
    ],
)
def test_a_zone_tells_the_country_and_a_language_which_of_those_that_share_it(
    time_zone: str, language: str, country: str | None
) -> None:
    assert country_of(time_zone, language) == country


@pytest.mark.parametrize("time_zone", ["Etc/UTC", "CET", "EET", "Factory", "Etc/GMT-1", None, ""])
def test_a_clock_that_is_no_place_leaves_it_to_the_language(time_zone: str | None) -> None:
    told = [
        country_of(time_zone, language) for language in ("fr-BE", "fr", "es-419", "fr-XX", None)
    ]

    assert told == ["BE", None, None, None, None]


@given(st.sampled_from(sorted(ZONES)), st.sampled_from(["fr", "fr-CA", "zh-Hant-TW", "nl-NL"]))
def test_every_zone_is_of_a_country_that_one_may_name_or_of_none(zone: str, language: str) -> None:
    assert country_of(zone, language) in {None, *COUNTRIES}
