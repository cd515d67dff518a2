"""What nobody can make who lacks the key: HMAC-SHA256 (RFC 2104)."""

import hmac
from functools import lru_cache
from typing import Final

MOST_KEYS: Final = 256


def mac(key: bytes, text: bytes) -> bytes:
    """Return the code of a text. To begin with a key takes ten times as long as all the rest, so what was
    begun with it once is gone on with.

    >>> mac(b"key", b"text") == hmac.digest(b"key", b"text", "sha256")
    True
    """
    begun = _begun(key).copy()
    begun.update(text)
    return begun.digest()


@lru_cache(maxsize=MOST_KEYS)
def _begun(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")
