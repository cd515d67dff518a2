"""Bookings as the old products listed them: `from` and `to` bound when they begin, and nothing comes along."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from api.requests.listing import Listing
from api.scheduling import bookings

BEGINNING: Final[Mapping[str, str]] = {"from": "starts_at.gte", "to": "starts_at.lt"}


def bookings_by(names: Mapping[str, str]) -> Listing:
    """Return the list with the names that a product has for its filters."""
    return replace(
        bookings.LISTING,
        overlapping=None,
        includes={},
        changes=False,
        aliases={**BEGINNING, **names},
    )
