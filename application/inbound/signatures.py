"""How it is proven who has sent something: one verifier, and what each scheme claims.

Everything is bytes: nothing is parsed before it is proven but the headers that say how. Whatever stands in
them, a claim that cannot be read is refused, and nothing else happens.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import product
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from application.inbound.arrivals import Arrival, fields_of
from application.inbound.refusals import SignatureMissing, SignatureNotProven, SignatureWrong

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
    """How a provider signs. `key` reads a secret as it is written in the settings, and raises ValueError;
    `proves` says whether a signature is that of a text; `at` when it was signed, in Unix seconds.
    """

    claim: Callable[[Arrival], Claim]
    key: Callable[[bytes], Any] = bytes
    proves: Callable[[Any, bytes, bytes], bool]
    at: Callable[[Arrival], float | None] = lambda _: None
    tolerance: float = FIVE_MINUTES
    wrong: type[SignatureWrong | SignatureNotProven] = SignatureWrong


def verify(scheme: Scheme, arrival: Arrival, secrets: Sequence[bytes], now: datetime) -> None:
    """See to it that somebody who knows one of the secrets has signed it, a short time ago at most, and
    not ahead of its time. Raises SignatureMissing, and whatever is `wrong`.
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
    keys = [scheme.key(secret) for secret in secrets]
    tried = product(keys, claim.texts, claim.signatures[:MOST])
    return any(scheme.proves(*each) for each in tried)


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


META: Final = Scheme(claim=partial(of_body, b"x-hub-signature-256", b"sha256="), proves=HEX_SHA256)
SHARED: Final = Scheme(claim=partial(shown, b"bearer"), proves=same)


def _waha(arrival: Arrival) -> Claim:
    if arrival.header(b"x-webhook-hmac-algorithm") not in (None, b"sha512"):
        raise SignatureWrong(why="signature")
    return of_body(b"x-webhook-hmac", b"", arrival)


WAHA: Final = Scheme(claim=_waha, proves=HEX_SHA512)


def _stripe(arrival: Arrival) -> Claim:
    parts = [part.partition(b"=") for part in arrival.needed(b"stripe-signature").split(b",")]
    signatures = [value for name, _, value in parts if name == b"v1"]
    return Claim([b"%b.%b" % (_stripe_seconds(arrival), arrival.body)], signatures)


def _stripe_seconds(arrival: Arrival) -> bytes:
    parts = [part.partition(b"=") for part in arrival.needed(b"stripe-signature").split(b",")]
    times = [value for name, _, value in parts if name == b"t"]
    if len(times) != 1:
        raise SignatureWrong(why="time")
    return seconds(times[0])


STRIPE: Final = Scheme(
    claim=_stripe, proves=HEX_SHA256, at=lambda arrival: int(_stripe_seconds(arrival))
)


# --- Pusher: when is said in the body ------------------------------------------------------


class _Timed(msgspec.Struct):
    time_ms: int


def _pusher_seconds(arrival: Arrival) -> float:
    try:
        return msgspec.json.decode(arrival.body, type=_Timed).time_ms / 1000
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError):
        raise SignatureWrong(why="time") from None


PUSHER: Final = Scheme(
    claim=partial(of_body, b"x-pusher-signature", b""), proves=HEX_SHA256, at=_pusher_seconds
)


# --- Twilio: the address, and each field of the form ---------------------------------------


def _twilio(arrival: Arrival) -> Claim:
    signature = arrival.needed(b"x-twilio-signature")
    try:
        asked = dict(fields_of(arrival.query))
        body = asked.get("bodySHA256")
        fields = arrival.form if body is None else []
        urls = _with_and_without_port(arrival.url)
    except ValueError:
        raise SignatureWrong(why="signature") from None
    if body is not None and not _is_hash_of(body, arrival.body):
        raise SignatureWrong(why="signature")
    text = _sorted(fields).encode("utf-8", "surrogateescape")
    return Claim([url.encode("utf-8", "surrogateescape") + text for url in urls], [signature])


def _is_hash_of(said: str, body: bytes) -> bool:
    given = said.encode("utf-8", "surrogateescape")
    return hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), given)


def _sorted(fields: Sequence[tuple[str, str]]) -> str:
    """Write each name with each of its values, once, in order."""
    return "".join(name + value for name, value in sorted(set(fields)))


def _with_and_without_port(url: str) -> list[str]:
    """Return both: Twilio signs now the one, now the other. Raises ValueError."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}[parts.scheme]
    host = parts.netloc.removesuffix(f":{parts.port}")
    return [url.replace(parts.netloc, each, 1) for each in (host, f"{host}:{port}")]


TWILIO: Final = Scheme(claim=_twilio, proves=BASE64_SHA1)


# --- Lyra: one field of a form over another -------------------------------------------------


def _lyra(arrival: Arrival) -> Claim:
    """Only what the server of the platform signs counts: whoever calls does not choose by which key."""
    fields = _lyra_fields(arrival)
    if not fields.get("kr-hash"):
        raise SignatureMissing
    how = fields.get("kr-hash-key"), fields.get("kr-hash-algorithm")
    if how != ("password", "sha256_hmac"):
        raise SignatureWrong(why="signature")
    return Claim([lyra_answer(arrival)], [fields["kr-hash"].encode("utf-8", "surrogateescape")])


def lyra_answer(arrival: Arrival) -> bytes:
    """Return what is signed: the rest of the form is not."""
    said = _lyra_fields(arrival).get("kr-answer", "")
    return said.replace(r"\/", "/").encode("utf-8", "surrogateescape")


def _lyra_fields(arrival: Arrival) -> dict[str, str]:
    try:
        fields = arrival.form
    except ValueError:
        raise SignatureMissing from None
    if len({name for name, _ in fields}) < len(fields):
        raise SignatureWrong(why="signature")
    return dict(fields)


LYRA: Final = Scheme(claim=_lyra, proves=HEX_SHA256, wrong=SignatureNotProven)


# --- Evolution: a JWT, which covers no body --------------------------------------------------


class _Algorithm(msgspec.Struct):
    alg: str


class _Evolution(msgspec.Struct):
    iat: int
    exp: int
    app: str
    action: str


def _unpadded(text: bytes) -> bytes:
    """Read base64url as RFC 7515 writes it. Raises ValueError."""
    found = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(found).rstrip(b"=") != text:
        raise ValueError
    return found


def _jwt(arrival: Arrival) -> Claim:
    """Only HS256: whoever calls does not choose how it is signed."""
    [token] = shown(b"bearer", arrival).signatures
    try:
        head, _, signature = token.split(b".")
        algorithm = msgspec.json.decode(_unpadded(head), type=_Algorithm).alg
    except (ValueError, RecursionError):
        raise SignatureWrong(why="signature") from None
    if algorithm != "HS256":
        raise SignatureWrong(why="signature")
    return Claim([token.rpartition(b".")[0]], [signature])


def _jwt_seconds(arrival: Arrival) -> float:
    """Return when it was made, if it is theirs and good for ten minutes at most."""
    [token] = shown(b"bearer", arrival).signatures
    try:
        said = msgspec.json.decode(_unpadded(token.split(b".")[1]), type=_Evolution)
    except (ValueError, RecursionError):
        raise SignatureWrong(why="time") from None
    if (said.app, said.action) != ("evolution", "webhook") or said.exp - said.iat > JWT_LIFE:
        raise SignatureWrong(why="time")
    return float(said.iat)


JWT_LIFE: Final = 600


def _base64url(digest: bytes) -> bytes:
    return base64.urlsafe_b64encode(digest).rstrip(b"=")


EVOLUTION: Final = Scheme(
    claim=_jwt, proves=_keyed("sha256", _base64url), at=_jwt_seconds, tolerance=JWT_LIFE
)


# --- Times in bodies, of whoever signs them ---------------------------------------------------


def said_in_iso(text: str | None) -> float | None:
    """Return a time that is written by ISO 8601; none where none is said. Raises SignatureWrong."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SignatureWrong(why="time") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
