"""Currencies: how many decimals each has (ISO 4217, list one). Amounts are whole numbers of the smallest unit."""

from collections.abc import Mapping
from typing import Final

from domain.messages import Invalid

_NONE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
_TWO: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
    "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT "
    "MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB "
    "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH "
    "USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG"
)

EXPONENTS: Final[Mapping[str, int]] = {
    code: decimals
    for decimals, codes in ((0, _NONE), (2, _TWO), (3, _THREE))
    for code in codes.split()
}
"""By the code of a currency, how many decimals it has."""


class CurrencyNotKnown(Invalid):
    """There is no such currency of ISO 4217."""


def exponent_of(currency: str) -> int:
    """Return how many decimals a currency has. Raises CurrencyNotKnown.

    >>> exponent_of("JPY"), exponent_of("EUR"), exponent_of("KWD")
    (0, 2, 3)
    """
    if currency not in EXPONENTS:
        raise CurrencyNotKnown
    return EXPONENTS[currency]


def in_digits(amount: int, currency: str) -> str:
    """Write an amount as people do, with a point. Raises CurrencyNotKnown.

    >>> in_digits(1250, "EUR"), in_digits(1250, "JPY"), in_digits(-5, "KWD")
    ('12.50', '1250', '-0.005')
    """
    decimals = exponent_of(currency)
    digits = f"{abs(amount):0{decimals + 1}}"
    cut = len(digits) - decimals
    written = f"{digits[:cut]}.{digits[cut:]}" if decimals else digits
    return f"-{written}" if amount < 0 else written


def in_units(digits: str, currency: str) -> int:
    """Return an amount that was written with a point, with all decimals that its currency has. Raises
    CurrencyNotKnown, ValueError.

    >>> in_units("12.50", "EUR")
    1250
    """
    whole, _, part = digits.removeprefix("-").partition(".")
    if not (whole + part).isdecimal() or len(part) != exponent_of(currency):
        raise ValueError("not an amount of this currency")
    amount = int(whole + part)
    return -amount if digits.startswith("-") else amount
