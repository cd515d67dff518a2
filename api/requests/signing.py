"""Signed texts that come back to us: consistency tokens and cursors. Opaque, and not forgeable."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from api.problems.refused import Refused
from domain.macs import mac

SIGNATURE: Final = 12
"""Bytes of HMAC-SHA256 that are kept: 96 bits, far more than can be tried over HTTP."""


class TokenInvalid(Refused, status=400):
    """Not a token or cursor that was given out here."""


class Signer:
    """Signs for one purpose per `sign`; the first key signs, unless another is to be used, and all are
    accepted.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [sha256(b"signed texts" + secret.encode()).digest() for secret in secrets]

        self._used = 0

    def use(self, number: int) -> None:
        """Sign with this key from now on."""
        self._used = number

    def sign(self, purpose: str, owner: str, content: str) -> str:
        """Return a token with `content`, good for `owner` (a tenant) and `purpose` only."""
        body = content.encode()
        return _text(self._mark(self._keys[self._used], purpose, owner, body) + body)

    def open(self, purpose: str, owner: str, token: str) -> str:
        """Return the content back. Raises TokenInvalid."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            mark, body = raw[:SIGNATURE], raw[SIGNATURE:]
            marks = [self._mark(key, purpose, owner, body) for key in self._keys]
            if any(hmac.compare_digest(mark, known) for known in marks):
                return body.decode()
        except ValueError:
            pass
        raise TokenInvalid

    @staticmethod
    def _mark(key: bytes, purpose: str, owner: str, body: bytes) -> bytes:
        message = f"{purpose}\n{owner}\n".encode() + body
        return mac(key, message)[:SIGNATURE]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
