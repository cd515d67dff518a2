"""How each setting is read from the text of a variable, and what is said where it cannot be."""

import base64
import binascii
import ssl
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import unquote_to_bytes, urlsplit
from uuid import UUID

from phonenumbers import SUPPORTED_REGIONS
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
)

from adapters.files.clamd import address_of
from adapters.mail.smtp import server_of
from adapters.outgoing import tls_with
from application.inbound import PROVIDERS
from domain.values import TenantId

SECRETS: Final = {
    **{each.name: each.scheme.key for each in PROVIDERS},
    **{each.handshake.name: bytes for each in PROVIDERS if each.handshake},
}
"""How the secrets of each provider are read, and the tokens of handshakes."""
REDIS: Final = frozenset({"redis", "rediss", "unix"})


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _keys(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return tuple(base64.b64decode(part, validate=True) for part in _listed(value))
    except binascii.Error:
        message = "must be base64, several separated by commas"
        raise ValueError(message) from None


def _postgres(value: str) -> str:
    try:
        host = str(conninfo_to_dict(value).get("host", ""))
    except ProgrammingError:  # whose message repeats the password
        host = "@"
    if "@" in host:
        message = (
            "must look like postgresql://user:password@host:5432/database, with %40 for an @"
            " in the password"
        )
        raise ValueError(message)
    return value


def _smtp(value: str) -> str:
    if not _is_whole(value):
        message = "must look like smtp://user:password@host:587, with %40 for an @ in the password"
        raise ValueError(message)
    server_of(value)
    return value


def _scanner(value: str) -> str:
    address_of(value)
    return value


def _endpoint(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        message = "must look like https://s3.example.com"
        raise ValueError(message)
    return value


def _redis(value: str) -> str:
    if urlsplit(value).scheme not in REDIS or not _is_whole(value):
        message = "must look like redis://user:password@host:6379/0, with %40 for an @"
        raise ValueError(message)
    return value


def _is_whole(url: str) -> bool:
    """Whether no part of a password stands elsewhere, for an @, / or # in it that is not escaped. What
    the library says of such a port repeats it.
    """
    parts = urlsplit(url)
    try:
        host = f"{parts.hostname}:{parts.port}"
    except ValueError:
        return False
    return "@" not in host + parts.path + parts.query + parts.fragment


def _region(value: str) -> str:
    if value not in SUPPORTED_REGIONS:
        message = "must be a country of ISO 3166, such as FR"
        raise ValueError(message)
    return value


def _tenants(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        pairs = (part.split("=") for part in _listed(value))
        return {source: str(UUID(tenant)) for source, tenant in pairs}
    except ValueError:
        message = "must be source=tenant, several separated by commas; a tenant is a UUID"
        raise ValueError(message) from None


def _inbound(value: Any) -> Any:
    """Read `tenant/provider=secret`, several separated by commas; several of one provider are all good."""
    if not isinstance(value, str):
        return value
    found: dict[tuple[str, str], list[bytes]] = {}
    for number, part in enumerate(_listed(value), 1):
        whose, _, secret = part.partition("=")
        tenant, _, name = whose.partition("/")
        found.setdefault((_tenant(tenant, number), name), []).append(_secret(name, secret, number))
    return found


def _tenant(text: str, number: int) -> str:
    """Return the id of a tenant. What is wrong is told by its number: it may be a secret."""
    try:
        return str(UUID(text))
    except ValueError:
        message = f"number {number} must be tenant/provider=secret; a tenant is a UUID"
        raise ValueError(message) from None


def _secret(name: str, text: str, number: int) -> bytes:
    secret = unquote_to_bytes(text)
    if name not in SECRETS:
        message = f"number {number} must name one of {', '.join(SECRETS)}"
        raise ValueError(message)
    try:
        SECRETS[name](secret)
    except ValueError:
        secret = b""
    if not secret:
        message = f"number {number} is no secret of {name}"
        raise ValueError(message)
    return secret


def _networks(value: Any) -> Any:
    listed = _listed(value)
    for network in listed:
        ip_network(network)  # its message names the network, and what is wrong with it
    return listed


def _ports(value: Any) -> Any:
    listed = _listed(value)
    if isinstance(value, str) and not all(port.isdecimal() for port in listed):
        message = "must be numbers, several separated by commas"
        raise ValueError(message)
    return listed


def _authorities(value: Path) -> Path:
    try:
        tls_with(value)
    except (OSError, ssl.SSLError):
        message = "must be a file of certificates, in PEM"
        raise ValueError(message) from None
    return value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Networks = Annotated[tuple[str, ...], BeforeValidator(_networks)]
Ports = Annotated[
    tuple[Annotated[int, Field(ge=1, le=65535)], ...], BeforeValidator(_ports), Field(min_length=1)
]
Authorities = Annotated[Path, AfterValidator(_authorities)]
Postgres = Annotated[str, AfterValidator(_postgres)]
Smtp = Annotated[str, AfterValidator(_smtp)]
Redis = Annotated[str, AfterValidator(_redis)]
Scanner = Annotated[str, AfterValidator(_scanner)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
Region = Annotated[str, AfterValidator(_region)]
Keys = Annotated[tuple[bytes, ...], BeforeValidator(_keys)]
Inbound = Annotated[dict[tuple[str, str], tuple[bytes, ...]], BeforeValidator(_inbound)]
Sources = Annotated[dict[str, TenantId], BeforeValidator(_tenants)]
