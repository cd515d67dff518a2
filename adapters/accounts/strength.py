"""Which passwords are too easy: short ones, those everybody tries first, and one's own name."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from application.business.accounts import WeakPassword
from domain.faults import Fault, in_document

LEAST: Final = 10
MOST: Final = 256
LEAST_DIFFERENT: Final = 5
LEAST_NAME: Final = 4
"""A shorter name occurs in too many words to say anything."""

IN_ORDER: Final = "abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop asdfghjkl zxcvbnm azertyuiop"

DISGUISES: Final = str.maketrans("@4310$5!7+8", "aaeiossittb")


def refuse_weak(password: str, email: str) -> None:
    """Refuse a password that is too easy, saying every reason."""
    if faults := [Fault("/password", *why) for why in _faults(password, email)]:
        raise WeakPassword(errors=in_document(faults))


def _faults(password: str, email: str) -> Iterator[tuple[str, str]]:
    if len(password) > MOST:
        yield "password-too-long", f"longer than {MOST} characters"
        return
    folded = password.casefold()
    if len(password) < LEAST:
        yield "password-too-short", f"shorter than {LEAST} characters"
    if len(set(folded)) < LEAST_DIFFERENT:
        yield "password-too-uniform", f"fewer than {LEAST_DIFFERENT} different characters"
    if _is_common(folded):
        yield "password-too-common", "one of those that are tried first"
    name = email.partition("@")[0].casefold()
    if len(name) >= LEAST_NAME and name in folded:
        yield "password-contains-email", "contains the name in the e-mail address"


def _is_common(folded: str) -> bool:
    """Whether it is a common password, plain or in disguise: P@ssw0rd2026! is `password`.

    A short word amid much else does not count.
    """
    shapes = {shape for shape in _shapes(folded) if len(shape) * 3 >= len(folded)}
    return any(shape in _common() or _runs(shape) for shape in shapes)


def _shapes(folded: str) -> Iterator[str]:
    """Return the password, and it without what was put around, between or in place of letters."""
    without_end = re.sub(r"[\W\d_]+$", "", folded)
    without_ends = re.sub(r"^[\W\d_]+", "", without_end)
    for text in (folded, without_end, without_ends):
        for shape in (text, text.translate(DISGUISES), re.sub(r"[\W_]", "", text)):
            repeated = re.fullmatch(r"(.+?)\1+", shape)
            yield shape
            yield repeated[1] if repeated else shape


def _runs(shape: str) -> bool:
    return len(shape) > LEAST_NAME and any(shape in run for run in (IN_ORDER, IN_ORDER[::-1]))


@cache
def _common() -> frozenset[str]:
    text = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
