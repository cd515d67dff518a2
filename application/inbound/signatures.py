"""How it is proven who has sent something: one verifier, and what each scheme claims.

Everything is bytes: nothing is parsed before it is proven but the headers that say how. Whatever stands in
them, a claim that cannot be read is refused, and nothing else happens.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final, NamedTuple

import msgspec

from application.inbound.arrivals import Arrival
from application.inbound.refusals import SignatureMissing, SignatureWrong
from domain.messages import DomainError

MOST: Final = 10
"""Signatures of one request that are looked at: two secrets, each in two versions, are four."""

FIVE_MINUTES: Final = 300
SECONDS: Final = re.compile(rb"\d{1,12}")
VISIBLE: Final = re.compile(rb"[!-~]{1,256}")


class Claim(NamedTuple):
    """What is claimed to be signed, in each way in which it may be written, and the signatures."""

    texts: Sequence[bytes]
    signatures: Sequence[bytes]


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider signs. `key` reads a secret as it is written by people, and raises ValueError;
    `proves` says whether a signature is that of a text; `at` when it was signed, in Unix seconds.
    """

    claim: Callable[[Arrival], Claim]
    key: Callable[[bytes], Any] = bytes
    proves: Callable[[Any, bytes, bytes], bool]
    at: Callable[[Arrival], float | None] = lambda _: None
    tolerance: float = FIVE_MINUTES
    wrong: Callable[..., DomainError] = SignatureWrong


def verify(scheme: Scheme, arrival: Arrival, secrets: Sequence[bytes], now: datetime) -> None:
    """See to it that somebody who knows one of the secrets has signed it, a short time ago at most, and
    not ahead of its time. Raises SignatureMissing, and whatever `wrong` makes of it.
    """
    try:
        if not _is_proven(scheme, arrival, secrets):
            raise scheme.wrong(why="signature")
        at = scheme.at(arrival)
    except SignatureWrong as refusal:
        raise scheme.wrong(why=refusal.why) from None
    if at is not None and abs(now.timestamp() - at) > scheme.tolerance:
        raise scheme.wrong(why="time")


def _is_proven(scheme: Scheme, arrival: Arrival, secrets: Sequence[bytes]) -> bool:
    claim = scheme.claim(arrival)
    tried = product(_keys(scheme, secrets), claim.texts, claim.signatures[:MOST])
    return any(scheme.proves(*each) for each in tried)


def _keys(scheme: Scheme, secrets: Sequence[bytes]) -> Iterator[Any]:
    """Read secrets: one that is mistyped proves nothing, and is in nobody's way."""
    for secret in secrets:
        with suppress(ValueError):
            yield scheme.key(secret)


# --- Digests ------------------------------------------------------------------------------


def _keyed(digest: str, encode: Callable[[bytes], bytes]) -> Callable[[bytes, bytes, bytes], bool]:
    """Compare with what is written as they write it: no two spellings are one signature."""

    def proves(key: bytes, text: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(encode(hmac.digest(key, text, digest)), signature)

    return proves


HEX_SHA256: Final = _keyed("sha256", binascii.hexlify)
HEX_SHA512: Final = _keyed("sha512", binascii.hexlify)
BASE64_SHA1: Final = _keyed("sha1", base64.b64encode)
BASE64_SHA256: Final = _keyed("sha256", base64.b64encode)


def _base64url(digest: bytes) -> bytes:
    return base64.urlsafe_b64encode(digest).rstrip(b"=")


BASE64URL_SHA256: Final = _keyed("sha256", _base64url)


def same(key: bytes, _: bytes, signature: bytes) -> bool:
    """Whether what is shown is the secret itself."""
    return hmac.compare_digest(key, signature)


def seconds(text: bytes) -> bytes:
    """Return a time that is written in digits, as it is signed. Raises SignatureWrong."""
    if not SECONDS.fullmatch(text):
        raise SignatureWrong(why="time")
    return text


# --- What each of them claims -------------------------------------------------------------


def of_body(name: bytes, prefix: bytes, arrival: Arrival) -> Claim:
    """A header over the body, behind a prefix."""
    said = arrival.needed(name)
    if not said.startswith(prefix):
        raise SignatureWrong(why="signature")
    return Claim([arrival.body], [said.removeprefix(prefix)])


def shown(prefix: bytes, arrival: Arrival) -> Claim:
    """A secret in the header for it, over nothing."""
    scheme, _, secret = arrival.needed(b"authorization").partition(b" ")
    if scheme.lower() != prefix or not secret:
        raise SignatureMissing
    return Claim([b""], [secret.strip()])


def said_in_iso(text: str | None) -> float | None:
    """Return a time that is written by ISO 8601; none where none is said. Raises SignatureWrong."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SignatureWrong(why="time") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
