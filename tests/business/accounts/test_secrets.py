"""Whoever steals the database, or reads the log files, can log in nowhere with it."""

import base64
import hashlib
import json
from collections.abc import Iterator

import psycopg
import pytest
from structlog.testing import capture_logs

from adapters.accounts.postgres import PostgresAccounts
from application.business.accounts import InvalidRefreshToken, WrongCredentials
from domain.business.users import Role
from infra.composition import System
from tests.business.accounts.given import PASSWORD, SECRET, about, camille, noor, salon

pytestmark = pytest.mark.postgres


def dump(dsn: str, *schemas: str) -> str:
    """Return every row of every table as text."""
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = ANY(%s)",
            (list(schemas),),
        ).fetchall()
        rows = [
            str(row)
            for (table,) in tables
            for row in connection.execute(f"SELECT t::text, to_json(t) FROM {table} t")
        ]
    return "\n".join(rows)


def shapes(secret: str) -> Iterator[str]:
    """Return the forms in which a secret would be as good as in clear."""
    raw = secret.encode()
    yield secret
    yield raw.hex()
    yield base64.b64encode(raw).decode()
    for weak in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        yield weak(raw).hexdigest()


def test_a_stolen_database_holds_no_password_no_token_and_no_address(
    system: System, accounts: PostgresAccounts, dsn: str
) -> None:
    owner = accounts.register_business(salon, camille, about("first"), professional=True)
    accounts.add_user(noor, about("add", owner.tenant_id), roles=(Role.FRONT_DESK,))
    first = accounts.log_in(camille.email, PASSWORD, address="192.0.2.1")
    second = accounts.refresh(first.refresh_token)
    system.settle()

    stolen = dump(dsn, "accounts", "log", "work")

    assert owner.user_id in stolen, "the dump would show it"
    for secret in (PASSWORD, SECRET, system.settings.pepper, second.access_token):
        assert not [shape for shape in shapes(secret) if shape in stolen]
    for token in (first.refresh_token, second.refresh_token):
        assert token not in stolen
    for person in (camille, noor):
        for written in (person.email, person.email.lower()):
            assert not [shape for shape in shapes(written) if shape in stolen]
        assert person.name not in stolen


def test_what_is_kept_of_a_token_opens_nothing(accounts: PostgresAccounts, dsn: str) -> None:
    accounts.register_client(noor, about("sign up"))
    accounts.log_in(noor.email, PASSWORD, address="192.0.2.1")
    with psycopg.connect(dsn) as connection:
        kept = connection.execute(
            "SELECT encode(token_hash, 'hex'), session_id FROM accounts.refresh_tokens"
        ).fetchone()

    assert kept is not None
    for stolen in kept:
        with pytest.raises(InvalidRefreshToken):
            accounts.refresh(stolen)


def test_log_files_and_refusals_hold_neither_secrets_nor_persons(
    accounts: PostgresAccounts,
) -> None:
    with capture_logs() as logged:
        accounts.register_client(camille, about("sign up"))
        tokens = accounts.log_in(camille.email, PASSWORD, address="192.0.2.1")
        accounts.refresh(tokens.refresh_token)
        with pytest.raises(InvalidRefreshToken) as reused:
            accounts.refresh(tokens.refresh_token)
        with pytest.raises(WrongCredentials) as wrong:
            accounts.log_in(camille.email, "nine blue teapots", address="192.0.2.1")

    text = json.dumps(logged, default=str) + repr((reused.value.facts, wrong.value.facts))
    assert "refresh-token-used-twice" in text
    for secret in (PASSWORD, "nine blue teapots", tokens.refresh_token, camille.name):
        assert secret not in text
    assert camille.email.lower() not in text.lower()


def test_printing_an_account_or_tokens_says_nothing(accounts: PostgresAccounts) -> None:
    accounts.register_client(camille, about("sign up"))
    tokens = accounts.log_in(camille.email, PASSWORD, address="192.0.2.1")

    printed = f"{camille} {camille!r} {tokens} {[tokens]!r}"

    for secret in (PASSWORD, camille.email, tokens.access_token, tokens.refresh_token):
        assert secret not in printed
