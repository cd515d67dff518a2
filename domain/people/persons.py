"""Whom a record is about: a kind refers to clients by `PERSON`, and what is personal in its records is
erased with them.
"""

from typing import Final

from domain.people.clients import (
    CLIENT,
    ClientIsErased,
    ClientIsMerged,
    ClientNotFound,
    refuse_unknown,
)
from domain.records import Reference

PERSON: Final = Reference(
    aggregate=CLIENT,
    refuse=refuse_unknown,
    refusals=(ClientNotFound, ClientIsErased, ClientIsMerged),
    is_person=True,
)
