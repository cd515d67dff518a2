"""Passwords: argon2id, at the parameters OWASP names first among the small ones. Hashes that came
from elsewhere (bcrypt) are understood, and replaced when their owner logs in.
"""

import base64
import os
import re
import threading
import unicodedata
from typing import Final

import bcrypt
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

AT_ONCE: Final = threading.BoundedSemaphore(len(os.sched_getaffinity(0)))
"""Each takes 19 MiB and a core for some 20 ms: more at once would only wait for each other."""

BCRYPT: Final = ("$2a$", "$2b$", "$2y$")
BCRYPT_READS: Final = 72
UP_TO_SOME_SECONDS: Final = re.compile(r"\$2[aby]\$(0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}")
ARGON2ID: Final = "$argon2id$"


def _hash_of_nothing() -> str:
    """Return a hash that no password has and that takes as long to refuse as a real one."""
    salt, tag = (base64.b64encode(bytes(n)).decode().rstrip("=") for n in (16, 32))
    cost = f"m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}"
    return f"{ARGON2ID}v=19${cost}${salt}${tag}"


NOBODY: Final = _hash_of_nothing()


def hash_password(password: str) -> str:
    """Return the hash to keep."""
    with AT_ONCE:
        return HASHER.hash(_normal(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password. None: nobody's, found out in the same time."""
    with AT_ONCE:
        if kept is not None and kept.startswith(BCRYPT):
            return bcrypt.checkpw(password.encode()[:BCRYPT_READS], kept.encode())
        try:
            return HASHER.verify(kept or NOBODY, _normal(password))
        except VerificationError:
            return False


def is_outdated(kept: str) -> bool:
    """Whether the password should be hashed anew, now that it is known."""
    return kept.startswith(BCRYPT) or HASHER.check_needs_rehash(kept)


def is_understood(kept: str) -> bool:
    """Whether a hash from elsewhere is of a kind that can be checked, and in bearable time."""
    if kept.startswith(BCRYPT):
        return UP_TO_SOME_SECONDS.fullmatch(kept) is not None
    try:
        extract_parameters(kept)
    except InvalidHashError:
        return False
    return kept.startswith(ARGON2ID)


def _normal(password: str) -> str:
    """Return what was meant: keyboards write one letter in different ways (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)
