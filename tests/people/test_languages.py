"""Languages as browsers name them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.languages import canonical, country_in, nearest

SUBTAGS = st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True)
TAGS = st.lists(SUBTAGS, min_size=1, max_size=3).map("-".join)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("es-419", "es-419"),
        ("en_US", "en-US"),
        ("EN-us", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("sr-LATN", "sr-Latn"),
        ("sl-ROZAJ-biske", "sl-rozaj-biske"),
        ("de-CH-1996", "de-CH-1996"),
        ("ar-U-NU-LATN", "ar-u-nu-latn"),
    ],
)
def test_a_tag_is_written_in_one_way(sent: str, kept: str) -> None:
    assert canonical(sent) == kept


@given(TAGS)
def test_case_says_nothing_and_writing_it_once_is_enough(tag: str) -> None:
    kept = canonical(tag)

    assert canonical(kept) == kept == canonical(tag.upper()) == canonical(tag.replace("-", "_"))


@pytest.mark.parametrize(
    ("tag", "country"),
    [("fr-be", "BE"), ("zh-Hant-TW", "TW"), ("es-419", None), ("en-u-us", None), ("fr", None)],
)
def test_a_tag_may_name_a_country(tag: str, country: str | None) -> None:
    assert country_in(tag) == country


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("fr-CA", "fr"), ("FR_ca", "fr"), ("zh-Hant-TW", "zh-Hant"), ("zh", None), ("frr", None)],
)
def test_the_nearest_is_what_is_left_of_it(wanted: str, found: str | None) -> None:
    assert nearest(wanted, ("en", "fr", "zh-Hant")) == found


@given(TAGS)
def test_what_is_known_is_nearest_to_itself_however_much_more_is_said(tag: str) -> None:
    known = canonical(tag)

    assert nearest(tag, [known]) == nearest(f"{tag}-x-more", [known]) == known
