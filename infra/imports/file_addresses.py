"""Where files were in the storage of an older product (Supabase's), line by line: address, tenant, file.

https://abc.supabase.co/storage/v1/object/public/avatars/zoe.png,6f1d…,file-0198…
"""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import UUID

from domain.fields import ID

BEFORE: Final = re.compile(r"^.*?/storage/v1/object/(?:(?:public|sign|authenticated)/)?")
FILE: Final = re.compile(f"file-{ID}")
COLUMNS: Final = 3


class Moved(NamedTuple):
    """A file, and where it was: bucket and path, as they are written without escapes."""

    path: str
    tenant: str
    file_id: str


class NotUnderstood(NamedTuple):
    """A line that says something else."""

    line: int
    problem: str


def path_of(address: str) -> str:
    """Return bucket and path, of a whole address or of what is behind its beginning.

    >>> path_of("https://abc.supabase.co/storage/v1/object/sign/avatars/Zo%C3%A9.png?token=abc")
    'avatars/Zoé.png'
    """
    return unquote(BEFORE.sub("", urlsplit(address.strip()).path).lstrip("/"))


def read(lines: Iterable[str]) -> Iterator[Moved | NotUnderstood]:
    """Return what each line says."""
    for number, row in enumerate(csv.reader(lines), 1):
        if row:
            yield _read(number, row)


def _read(number: int, row: list[str]) -> Moved | NotUnderstood:
    if len(row) != COLUMNS:
        return NotUnderstood(number, "three columns are wanted: address, tenant, file")
    address, tenant, file_id = (each.strip() for each in row)
    try:
        known = str(UUID(tenant))
    except ValueError:
        return NotUnderstood(number, "the tenant is a UUID")
    if not FILE.fullmatch(file_id):
        return NotUnderstood(number, "a file looks like file- and a UUID")
    return Moved(path_of(address), known, file_id)
