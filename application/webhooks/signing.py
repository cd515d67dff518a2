"""Signs what is sent, as the specification says (Standard Webhooks), over bytes: `v1` with a secret that both
know (HMAC-SHA256), and `v1a` with a key of which the other knows the public half (Ed25519).
"""

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from domain.macs import mac

SYMMETRIC: Final = "whsec_"
PRIVATE: Final = "whsk_"
PUBLIC: Final = "whpk_"
SECONDS: Final = re.compile(r"[0-9]{1,12}")
SEED: Final = 32
"""Bytes of a private key; the public half may stand behind it."""

MOST: Final = 10
"""Signatures that are looked at."""


def sign(keys: Sequence[str], id_: str, timestamp: int, body: bytes) -> str:
    """Return `webhook-signature`: what each key makes of it.

    >>> sign(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_1", 1614265330, b"{}")
    'v1,ZztYR0IIDCBCUcYzh8ZE+qsQWpIgtHU7R1hpe8htaD4='
    """
    text = _text(id_, str(timestamp), body)
    return " ".join(_signed(key, text) for key in keys)


def is_signed(key: str, id_: str, timestamp: str, body: bytes, signatures: str) -> bool:
    """Whether one of the signatures is that of whoever has the other half of a key, or the same one."""
    if SECONDS.fullmatch(timestamp) is None:
        return False
    text = _text(id_, timestamp, body)
    return any(_proves(key, text, each) for each in signatures.split(" ")[:MOST])


def public_half(key: str) -> str:
    """Return what the other may know of a private key."""
    return PUBLIC + b64encode(_private(key).public_key().public_bytes_raw()).decode()


def private_key(seed: bytes) -> str:
    """Write a private key as it is read here."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return PRIVATE + b64encode(seed + public).decode()


def _text(id_: str, timestamp: str, body: bytes) -> bytes:
    return b".".join((id_.encode(), timestamp.encode(), body))


def _signed(key: str, text: bytes) -> str:
    if key.startswith(PRIVATE):
        return f"v1a,{b64encode(_private(key).sign(text)).decode()}"
    return f"v1,{b64encode(_digest(key, text)).decode()}"


def _proves(key: str, text: bytes, said: str) -> bool:
    version, _, signature = said.partition(",")
    try:
        found = b64decode(signature, validate=True)
    except (Error, ValueError):
        return False
    if version == "v1a" and key.startswith(PUBLIC):
        return _is_of(key, text, found)
    return (
        version == "v1"
        and key.startswith(SYMMETRIC)
        and hmac.compare_digest(_digest(key, text), found)
    )


def _is_of(key: str, text: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key, PUBLIC)).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _digest(key: str, text: bytes) -> bytes:
    return mac(_bytes(key, SYMMETRIC), text)


def _private(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_bytes(key, PRIVATE)[:SEED])


def _bytes(key: str, prefix: str) -> bytes:
    return b64decode(key.removeprefix(prefix), validate=True)
