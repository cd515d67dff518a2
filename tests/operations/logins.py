"""Logins to PostgreSQL, as operators make them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql


@contextmanager
def login(superuser: psycopg.Connection[Any], dsn: str, *roles: str) -> Iterator[str]:
    """Make a login as an operator does, that is a member of these roles; return the address with it."""
    name, password = f"login_{uuid4().hex}", uuid4().hex
    who = sql.Identifier(name)
    superuser.execute(
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(who, sql.Literal(password))
    )
    for role in roles:
        superuser.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), who))
    parts = urlsplit(dsn)
    yield urlunsplit(parts._replace(netloc=f"{name}:{password}@{parts.hostname}:{parts.port}"))
    superuser.execute(sql.SQL("DROP ROLE {}").format(who))
