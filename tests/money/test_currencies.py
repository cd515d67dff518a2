"""Amounts and the decimals of their currencies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money.currencies import EXPONENTS, CurrencyNotKnown, exponent_of, in_digits, in_units


@given(st.sampled_from(sorted(EXPONENTS)), st.integers(-(10**12), 10**12))
def test_an_amount_that_is_written_and_read_again_is_the_same(currency: str, amount: int) -> None:
    assert in_units(in_digits(amount, currency), currency) == amount


@pytest.mark.parametrize("said", ["12.5", "12", "1e3.00", "", "12.500", "-", "1.-2"])
def test_what_is_no_amount_of_a_currency_is_not_read(said: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        in_units(said, "EUR")


def test_a_currency_that_is_not_there_has_no_decimals() -> None:
    with pytest.raises(CurrencyNotKnown):
        exponent_of("ZZZ")
