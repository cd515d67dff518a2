"""On which conditions a request is to be carried out: once only, and on the version it has seen."""

import re
from typing import Final
from uuid import UUID, uuid5

from fastapi import Request
from starlette.datastructures import Headers
from uuid_utils import uuid7

from api.problems.refusals import IdempotencyKeyInvalid
from api.problems.refused import Refused
from application.ports import THERE, traced
from domain.macs import mac
from domain.values import FRONTDESK

LONGEST_KEY: Final = 255
ANY: Final = "*"
_TAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"')


class IfMatchRequired(Refused, status=428):
    """Say in If-Match which version you are changing."""


class IfMatchInvalid(Refused, status=400):
    """If-Match must be an ETag that was given out, such as "3"."""


def idempotency_key(headers: Headers) -> str | None:
    """Return the key under which this is to be done once. Raises IdempotencyKeyInvalid."""
    key = headers.get("idempotency-key")
    if key is not None and not (
        0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()
    ):
        raise IdempotencyKeyInvalid(longest=LONGEST_KEY)
    return key


def command_id(key: str | None, *scope: str) -> UUID:
    """Return the id of a command: the same for the same key within its scope, else a new one."""
    if key is None:
        return UUID(int=uuid7().int)
    return uuid5(FRONTDESK, "/".join((*scope, key)))


def fingerprint(request: Request, body: bytes, pepper: str) -> str:
    """Tell this request from others with the same key. Keyed, for there may be persons in it."""
    scope = request.scope
    what = b"%b %b?%b\n" % (
        scope["method"].encode(),
        scope["path"].encode("utf-8", "surrogateescape"),
        scope["query_string"],
    )
    return mac(pepper.encode(), what + body).hex()


def version_seen(request: Request, *, otherwise: int | None = None) -> int | None:
    """Return the version that If-Match demands, `THERE` for any; or `otherwise`, where there is no
    If-Match, or any will do: what is put together from that version must not undo a later one. A weak tag is as good: proxies that compress make it so, and versions are exact.

    Raises IfMatchInvalid, and IfMatchRequired on PUT: who replaces a whole must have seen it. The
    paths of older products know no versions.
    """
    text = request.headers.get("if-match")
    if text is None:
        if otherwise is None and needs_if_match(request.method, request.scope["path"]):
            raise IfMatchRequired
        return otherwise
    tag = text.strip()
    if tag == ANY:
        return THERE if otherwise is None else otherwise
    found = _TAG.fullmatch(tag)
    if found is None:
        raise IfMatchInvalid
    return int(found[1])


def needs_if_match(method: str, path: str) -> bool:
    """Whether a request must say what it has seen: see `version_seen`."""
    return method == "PUT" and path.startswith("/v1/")


def trace_of(headers: Headers) -> str | None:
    """Return the `traceparent` (W3C) that goes with the request; one that is malformed is none."""
    return traced(headers.get("traceparent"))
