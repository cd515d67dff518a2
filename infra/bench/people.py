"""People who are brought in from a file or fill in a form, each of them somebody new; and who is asked for."""

from itertools import count
from typing import Final

HEADER: Final = "Name,E-mail,Phone,Message,Source,Created at"
SOURCES: Final = 39
"""So many are said where leads came from before."""

_numbers: Final = count()


def file_of(rows: int) -> bytes:
    """Return a file of so many, as another program writes it."""
    return "\r\n".join([HEADER, *(_row(next(_numbers)) for _ in range(rows)), ""]).encode()


def _row(number: int) -> str:
    name, email, message = stranger(number).values()
    created = f"2026-{1 + number % 12:02}-{1 + number % 28:02}"
    return f"{name},{email},+336{number:08},{message},fair,{created}"


def stranger(number: int) -> dict[str, str]:
    """Return what somebody says of themselves."""
    return {
        "name": f"Zoe Martin {number}",
        "email": f"zoe.martin{number}@example.org",
        "message": "Hello! Do you do weddings in May?",
    }


def asked_for(number: int) -> str:
    """Return which leads are asked for."""
    return f"status=new&source=source-{number % SOURCES}&limit=50"
