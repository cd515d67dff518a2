"""Files as somebody sends them, and what is read in them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from application.sales.imports.rows import Fault, Here
from application.sales.imports.sending import (
    Business,
    Given,
    Sheet,
    Wishes,
    given_of,
    list_of,
    read_in,
    rows_in,
    sheet_of,
)
from domain.sales.imports import ImportedLead
from domain.values import TenantId, UserId

now: Final = datetime(2027, 1, 4, 8, tzinfo=UTC)
paris: Final = Business("FR", "Europe/Paris", now)
ana: Final = UserId("user-0198c0de-0000-7000-8000-000000000001")
here: Final = Here(TenantId("0198c0de-0000-7000-8000-000000000000"), b"pepper", {})

HEADER: Final = "Nom;Prénom;E-mail;Téléphone;Message;Source;Créé le"
ZOE: Final = "Martin;Zoé;zoe@example.org;06 12 34 56 78;Un mariage en mai ?;salon;31/01/2026 10:00"
NOOR: Final = "Haddad;Noor;noor@example.org;;;instagram;02/02/2026"
ZOE_AGAIN: Final = "Martin;Zoé;zoe@example.org;;Et en juin ?;site;13/02/2026 09:00"
NOBODY: Final = "Personne;;;;Bonjour;salon;2026-02-04"


def file_of(*rows: str, header: str = HEADER) -> bytes:
    """Return what a program in France writes."""
    return "\r\n".join(["\ufeff" + header, *rows, ""]).encode()


def sheet(content: bytes, **wishes: Any) -> tuple[Sheet, Given]:
    """Return a file as it waits, and by what it is read."""
    wished = Wishes(**wishes)
    found = sheet_of(content, wished, paris)
    members = {"ana@salon.example": ana}
    return found, given_of(found, wished, paris, members, "fr")


def read(content: bytes, **wishes: Any) -> Sequence[ImportedLead | Fault]:
    """Return what each row says, in the order in which they are taken in."""
    found, given = sheet(content, **wishes)
    rows = rows_in(list_of(found.rows))
    return read_in(rows, given, here._replace(members=given.members))


def leads_in(content: bytes, **wishes: Any) -> tuple[ImportedLead, ...]:
    """Return those that can be read."""
    return tuple(each for each in read(content, **wishes) if isinstance(each, ImportedLead))


def one(row: str, header: str = HEADER, **wishes: Any) -> ImportedLead:
    """Return the one lead of a row."""
    [lead] = leads_in(file_of(row, header=header), **wishes)
    return lead


def fault(row: str, header: str = HEADER, **wishes: Any) -> Fault:
    """Return why a row is refused."""
    [found] = read(file_of(row, header=header), **wishes)
    assert isinstance(found, Fault), found
    return found
