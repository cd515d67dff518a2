"""Schemes by which providers sign with a key of which we know the public half only; and Standard Webhooks,
which knows both.
"""

import base64
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from application.inbound.arrivals import Arrival, text_in
from application.inbound.refusals import SignatureMissing, SignatureNotProven, SignatureWrong
from application.inbound.signatures import (
    BASE64_SHA256,
    FIVE_MINUTES,
    VISIBLE,
    Claim,
    Scheme,
    of_body,
    said_in_iso,
    seconds,
)

A_DAY: Final = 86_400


def _decoded(text: bytes) -> bytes:
    """Read base64 as everybody writes it. Raises ValueError."""
    found = base64.b64decode(text, validate=True)
    if base64.b64encode(found) != text:
        raise ValueError("not written as base64 is")
    return found


@lru_cache(maxsize=1_000)
def _public_key(text: bytes) -> Any:
    """Read a key as DER in base64. Raises ValueError."""
    try:
        return load_der_public_key(_decoded(text))
    except UnsupportedAlgorithm as error:
        raise ValueError("a key of a kind that is not known") from error


def _ed25519(text: bytes) -> Ed25519PublicKey:
    key = _public_key(text)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("must be a key of Ed25519, as DER in base64")  # noqa: TRY004
    return key


def _p256(text: bytes) -> EllipticCurvePublicKey:
    key = _public_key(text)
    if not (isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)):
        raise ValueError("must be a key of P-256, as DER in base64")  # noqa: TRY004
    return key


def _verified(verify: Callable[[bytes], None], signature: bytes) -> bool:
    try:
        verify(_decoded(signature))
    except (InvalidSignature, ValueError):
        return False
    return True


def _by_ed25519(key: Ed25519PublicKey, text: bytes, signature: bytes) -> bool:
    return _verified(lambda said: key.verify(said, text), signature)


def _by_ecdsa(key: EllipticCurvePublicKey, text: bytes, signature: bytes) -> bool:
    return _verified(lambda said: key.verify(said, text, ECDSA(SHA256())), signature)


# --- Standard Webhooks, and Svix, which is the same by other names --------------------------------

SYMMETRIC: Final = b"v1,"
ASYMMETRIC: Final = b"v1a,"

StandardKey = bytes | Ed25519PublicKey


@lru_cache(maxsize=1_000)
def _standard_key(secret: bytes) -> StandardKey:
    """Read `whsec_…` or, for signatures by Ed25519, `whpk_…`. Raises ValueError, also where nothing follows:
    by an empty key anybody can sign.
    """
    if secret.startswith(b"whpk_"):
        return Ed25519PublicKey.from_public_bytes(_decoded(secret.removeprefix(b"whpk_")))
    key = _decoded(secret.removeprefix(b"whsec_"))
    if not key:
        raise ValueError("must not be empty")
    return key


def _by_standard(key: StandardKey, text: bytes, signature: bytes) -> bool:
    """A key proves what is of its version, and nothing else: nobody chooses between them."""
    if isinstance(key, bytes):
        said = signature.removeprefix(SYMMETRIC)
        return signature.startswith(SYMMETRIC) and BASE64_SHA256(key, text, said)
    said = signature.removeprefix(ASYMMETRIC)
    return signature.startswith(ASYMMETRIC) and _by_ed25519(key, text, said)


def _standard_claim(prefix: bytes, arrival: Arrival) -> Claim:
    """Ids have no dots, or what is signed could be read in two ways."""
    id_ = arrival.needed(prefix + b"id")
    at = seconds(arrival.needed(prefix + b"timestamp"))
    signatures = arrival.needed(prefix + b"signature").split(b" ")
    if b"." in id_ or not VISIBLE.fullmatch(id_):
        raise SignatureWrong(why="signature")
    return Claim([b"%b.%b.%b" % (id_, at, arrival.body)], signatures)


def _standard(prefix: bytes) -> Scheme:
    return Scheme(
        claim=partial(_standard_claim, prefix),
        key=_standard_key,
        proves=_by_standard,
        at=lambda arrival: int(seconds(arrival.needed(prefix + b"timestamp"))),
    )


STANDARD: Final = _standard(b"webhook-")
SVIX: Final = _standard(b"svix-")

# --- SendGrid -------------------------------------------------------------------------------------

SENDGRID_HEADER: Final = b"x-twilio-email-event-webhook-"


def _sendgrid_seconds(arrival: Arrival) -> bytes:
    return seconds(arrival.needed(SENDGRID_HEADER + b"timestamp"))


def _sendgrid(arrival: Arrival) -> Claim:
    signature = arrival.needed(SENDGRID_HEADER + b"signature")
    return Claim([_sendgrid_seconds(arrival) + arrival.body], [signature])


SENDGRID: Final = Scheme(
    claim=_sendgrid,
    key=_p256,
    proves=_by_ecdsa,
    at=lambda arrival: int(_sendgrid_seconds(arrival)),
    # It tries again for a day, and nobody says whether it signs anew.
    tolerance=A_DAY + FIVE_MINUTES,
)

# --- GoHighLevel ------------------------------------------------------------------------------------

NOT_SIGNED: Final = b"N/A"


def _ghl(arrival: Arrival) -> Claim:
    """Not as its own library does, which lets through what is not signed."""
    if arrival.header(b"x-ghl-signature") == NOT_SIGNED:
        raise SignatureMissing
    return of_body(b"x-ghl-signature", b"", arrival)


GHL: Final = Scheme(
    claim=_ghl,
    key=_ed25519,
    proves=_by_ed25519,
    at=lambda arrival: said_in_iso(text_in(arrival.body, "timestamp")),
    wrong=SignatureNotProven,
)
