"""What pages of other origins may ask: CORS, by the Fetch standard (fetch.spec.whatwg.org, 3.2).

Browsers ask first (a preflight), without a token, so nobody knows for which business: it is enough that
some business lists the origin. In the request itself it has to be the one of whoever sends it; of
strangers, who log in or ask what is for everybody, any. Tokens are in a header that only pages can set who
have them, and no cookie is ever looked at: a page can do no more with a browser than without.
"""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from api.problems.refused import Refused
from api.web.gate import PRINCIPAL, is_known
from api.web.marks import mark
from application.business.origins import Origins
from domain.business.origins import SCHEMES

CLOSED: Final = frozenset({"/metrics"})
"""What is for no page, wherever it is from."""

KEPT: Final = b"600"
"""Seconds for which a browser need not ask again. What is listed no longer is refused at once all the
same, in the request itself.
"""

TAKEN: Final = (
    b"Accept-Language, Authorization, Consistency-Token, Content-Type, Idempotency-Key, If-Match, "
    b"If-None-Match, If-Range, Last-Event-ID, Prefer, Range, Traceparent"
)
"""Headers that we look at. `*` would not stand for the first of them that matters."""

READABLE: Final = (
    b"Accept-Ranges, Consistency, Consistency-Token, Content-Disposition, Content-Language, "
    b"Content-Location, Content-Range, Deprecation, ETag, "
    b"Idempotent-Replayed, Link, Location, Preference-Applied, Projection-Position, RateLimit, "
    b"RateLimit-Policy, Retry-After, X-Trace-Id"
)
"""Headers of answers that are for whoever asked."""


class OriginNotListed(Refused, status=403):
    """The business does not list the origin of this page; its owner can list it."""

    origin: str


def origin_asking(scope: Scope) -> str | None:
    """Return the origin of the page that asks, if it is another than ours."""
    found = _values(scope, b"origin")
    if len(found) != 1 or scope["path"] in CLOSED:
        return None
    origin = found[0].decode("latin-1")
    return None if _is_ours(scope, origin) else origin


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks if a page may ask."""
    return (
        scope["method"] == "OPTIONS"
        and origin_asking(scope) is not None
        and bool(_values(scope, b"access-control-request-method"))
    )


def answer_preflight(scope: Scope, origins: Origins) -> Response:
    """Return what a page may ask at this path. Raises OriginNotListed where it may ask nothing."""
    origin = origin_asking(scope)
    if origin is None or not origins.listed_by(origin):
        raise OriginNotListed(origin=str(origin))
    answer = Response(status_code=204)
    methods = sorted({*_methods(scope)}) or ["GET"]
    answer.raw_headers += [
        (b"access-control-allow-methods", ", ".join(methods).encode()),
        (b"access-control-allow-headers", TAKEN),
        (b"access-control-max-age", KEPT),
    ]
    return answer


def let_read(scope: Scope, origins: Origins) -> None:
    """Let a page read the answer, be it a refusal, where its business lists it."""
    if (origin := origin_asking(scope)) is None:
        return
    mark(scope, b"vary", b"Origin")
    tenants = origins.listed_by(origin)
    if tenants and (not is_known(scope) or scope[PRINCIPAL].tenant_id in tenants):
        mark(scope, b"access-control-allow-origin", origin.encode("latin-1"))
        mark(scope, b"access-control-expose-headers", READABLE)


def refuse_others(scope: Scope, origins: Origins) -> None:
    """Refuse a page that only other businesses list: the browser has let it ask since they do. Raises
    OriginNotListed.
    """
    if (origin := origin_asking(scope)) is None or not is_known(scope):
        return
    tenants = origins.listed_by(origin)
    if tenants and scope[PRINCIPAL].tenant_id not in tenants:
        raise OriginNotListed(origin=origin)


def refuse_unlisted(scope: Scope, origins: Origins, tenant: str) -> None:
    """Refuse a page that this business does not list, whoever asks. Raises OriginNotListed."""
    origin = origin_asking(scope)
    if origin is not None and tenant not in origins.listed_by(origin):
        raise OriginNotListed(origin=origin)


def _is_ours(scope: Scope, origin: str) -> bool:
    """Whether it is where we are: browsers say so, or it is the host that was asked, or, behind a proxy
    that names another to us, the address under which we are known.
    """
    if _values(scope, b"sec-fetch-site") == [b"same-origin"]:
        return True
    if origin == _origin_at(scope["app"].state.backend.public_url):
        return True
    return [origin.partition("://")[2].encode("latin-1")] == _values(scope, b"host")


def _origin_at(url: str) -> str:
    """Return the origin of what is at an address, as browsers write it."""
    scheme, host, *_ = urlsplit(url.lower())
    return f"{scheme}://{host}".removesuffix(f":{SCHEMES.get(scheme)}")


def _methods(scope: Scope) -> Iterator[str]:
    """Return what may be done at a path."""
    for route in scope["app"].routes:
        if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE:
            yield from route.methods or ()


def _values(scope: Any, name: bytes) -> list[bytes]:
    return [value for each, value in scope["headers"] if each == name]
