"""Personal data can be erased although history cannot: it is encrypted, and its key is destroyed.

Every stream with personal data has a key of its own (AES-256-GCM), kept wrapped by a master key.
Tenant, stream and version are bound to each ciphertext, so that none can be moved elsewhere.
"""

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE: Final = 12
NAME: Final = 4
KEY_BITS: Final = 256


class UnknownMasterKeyError(Exception):
    """A key was wrapped by a master key that is not in the ring: add it to MASTER_KEYS again."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the master key {name}")
        self.name = name


class PersonalDataDamagedError(Exception):
    """A ciphertext does not belong where it stands, or was altered."""


class MasterKeys:
    """The ring of master keys: the first wraps, unless another is to be used; all unwrap. Each 32 bytes."""

    def __init__(self, ring: Sequence[bytes]) -> None:
        self._ring: Mapping[bytes, AESGCM] = {_name(key): AESGCM(key) for key in ring}
        self._current = _name(ring[0])

    def wrap(self, key: bytes, tenant: str, stream: str) -> bytes:
        """Wrap the key of a stream: name of the master key, nonce, ciphertext."""
        nonce = os.urandom(NONCE)
        where = f"{tenant}/{stream}".encode()
        return self._current + nonce + self._ring[self._current].encrypt(nonce, key, where)

    def unwrap(self, wrapped: bytes, tenant: str, stream: str) -> bytes:
        """Unwrap it. Raises UnknownMasterKeyError, PersonalDataDamagedError."""
        master = self._ring.get(wrapped[:NAME])
        if master is None:
            raise UnknownMasterKeyError(self.name_of(wrapped))
        nonce, sealed = wrapped[NAME : NAME + NONCE], wrapped[NAME + NONCE :]
        try:
            return master.decrypt(nonce, sealed, f"{tenant}/{stream}".encode())
        except InvalidTag as error:
            raise PersonalDataDamagedError from error

    @staticmethod
    def name_of(wrapped: bytes) -> str:
        """Name the master key that has wrapped a key."""
        return wrapped[:NAME].hex()

    @property
    def names(self) -> list[str]:
        """Names of the keys, in the order of the ring: they say nothing of the keys themselves."""
        return [name.hex() for name in self._ring]

    def use(self, number: int) -> None:
        """Wrap with this key of the ring from now on."""
        self._current = list(self._ring)[number]

    def is_current(self, wrapped: bytes) -> bool:
        """Whether it is wrapped by the key that wraps at present."""
        return wrapped[:NAME] == self._current


def new_key() -> bytes:
    """Make a key for a stream."""
    return AESGCM.generate_key(KEY_BITS)


def encrypt(key: bytes, plain: bytes, tenant: str, stream: str, version: int) -> bytes:
    """Encrypt what is personal in one event: nonce, ciphertext."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, _place(tenant, stream, version))


def decrypt(key: bytes, sealed: bytes, tenant: str, stream: str, version: int) -> bytes:
    """Decrypt it. Raises PersonalDataDamagedError when it stands where it does not belong."""
    place = _place(tenant, stream, version)
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], place)
    except InvalidTag as error:
        raise PersonalDataDamagedError from error


def _place(tenant: str, stream: str, version: int) -> bytes:
    return f"{tenant}/{stream}/{version}".encode()


def _name(key: bytes) -> bytes:
    return sha256(b"master key" + key).digest()[:NAME]
