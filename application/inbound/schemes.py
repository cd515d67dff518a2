"""Schemes by which providers sign with a secret that they share with us: what each of them claims."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from application.inbound.arrivals import Arrival, fields_of
from application.inbound.refusals import (
    ProviderNotKnown,
    SignatureMissing,
    SignatureNotProven,
    SignatureWrong,
)
from application.inbound.signatures import (
    BASE64_SHA1,
    BASE64URL_SHA256,
    HEX_SHA256,
    HEX_SHA512,
    Claim,
    Scheme,
    of_body,
    same,
    seconds,
    shown,
)

META: Final = Scheme(claim=partial(of_body, b"x-hub-signature-256", b"sha256="), proves=HEX_SHA256)
SHARED: Final = Scheme(claim=partial(shown, b"bearer"), proves=same)


IN_PATH: Final = re.compile(rb"[0-9A-Za-z_.~-]{16,200}")
"""What may stand in an address as it is (RFC 3986, 2.3), and is too long to be found by trying."""


def _of_path(secret: bytes) -> bytes:
    """Refuse what cannot be part of an address, or could be guessed. Raises ValueError."""
    if not IN_PATH.fullmatch(secret):
        raise ValueError("must have 16 letters or digits at least, and nothing else but - . _ ~")
    return secret


def _in_address(arrival: Arrival) -> Claim:
    """The last part of the path, over nothing."""
    path = urlsplit(arrival.url).path
    return Claim([b""], [path.rpartition("/")[2].encode("utf-8", "surrogateescape")])


IN_ADDRESS: Final = Scheme(
    claim=_in_address, key=_of_path, proves=same, wrong=lambda **_: ProviderNotKnown()
)
"""Whoever does not know the secret is told that there is nothing there."""


def _waha(arrival: Arrival) -> Claim:
    if arrival.header(b"x-webhook-hmac-algorithm") not in (None, b"sha512"):
        raise SignatureWrong(why="signature")
    return of_body(b"x-webhook-hmac", b"", arrival)


WAHA: Final = Scheme(claim=_waha, proves=HEX_SHA512)


# --- Stripe, and the practice provider, which signs as it does: t=…,v1=… ---------------------


def _timed(name: bytes, arrival: Arrival) -> Claim:
    signatures = [value for each, value in _parts(name, arrival) if each == b"v1"]
    return Claim([b"%b.%b" % (_seconds(name, arrival), arrival.body)], signatures)


def _parts(name: bytes, arrival: Arrival) -> list[tuple[bytes, bytes]]:
    parts = (part.partition(b"=") for part in arrival.needed(name).split(b","))
    return [(each, value) for each, _, value in parts]


def _seconds(header: bytes, arrival: Arrival) -> bytes:
    parts = _parts(header, arrival)
    times = [value for each, value in parts if each == b"t"]
    if len(times) != 1:
        raise SignatureWrong(why="time")
    return seconds(times[0])


def _signed_in(header: bytes) -> Scheme:
    return Scheme(
        claim=partial(_timed, header),
        proves=HEX_SHA256,
        at=lambda arrival: int(_seconds(header, arrival)),
    )


STRIPE: Final = _signed_in(b"stripe-signature")
PRACTICE: Final = _signed_in(b"practice-signature")


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
    return Claim(_twilio_texts(arrival), [signature])


def twilio_text(arrival: Arrival) -> bytes:
    """Return what is signed: how a form is written is not."""
    return _twilio_texts(arrival)[0]


def _twilio_texts(arrival: Arrival) -> list[bytes]:
    """Return what may be signed. Of a body that is no form there is a hash in the address."""
    try:
        body = dict(fields_of(arrival.query)).get("bodySHA256")
        fields = arrival.form if body is None else []
        urls = _with_and_without_port(arrival.url)
    except ValueError:
        raise SignatureWrong(why="signature") from None
    if body is not None and not _is_hash_of(body, arrival.body):
        raise SignatureWrong(why="signature")
    text = _sorted(fields)
    return [(url + text).encode("utf-8", "surrogateescape") for url in urls]


def _is_hash_of(said: str, body: bytes) -> bool:
    given = said.encode("utf-8", "surrogateescape")
    return hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), given)


def _sorted(fields: Sequence[tuple[str, str]]) -> str:
    """Write each name with each of its values, once, in order."""
    return "".join(name + value for name, value in sorted(set(fields)))


USUAL: Final = {"https": 443, "http": 80}


def _with_and_without_port(url: str) -> list[str]:
    """Return both: Twilio signs now the one, now the other. Raises ValueError."""
    parts = urlsplit(url)
    port = parts.port or USUAL.get(parts.scheme)
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


_Seconds = Annotated[int, msgspec.Meta(ge=0, lt=10**12)]


class _Evolution(msgspec.Struct):
    iat: _Seconds
    exp: _Seconds
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


EVOLUTION: Final = Scheme(claim=_jwt, proves=BASE64URL_SHA256, at=_jwt_seconds, tolerance=JWT_LIFE)
