"""People who are brought in from a file, each of them somebody new."""

from itertools import count
from typing import Final

HEADER: Final = "Name,E-mail,Phone,Message,Source,Created at"
_numbers: Final = count()


def file_of(rows: int) -> bytes:
    """Return a file of so many, as another program writes it."""
    return "\r\n".join([HEADER, *(_row(next(_numbers)) for _ in range(rows)), ""]).encode()


def _row(number: int) -> str:
    phone = f"+336{number:08}"
    return (
        f"Zoe Martin {number},zoe.martin{number}@example.org,{phone},"
        f"Hello! Do you do weddings in May?,fair,2026-{1 + number % 12:02}-{1 + number % 28:02}"
    )
