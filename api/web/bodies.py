"""Bodies as bytes: how deeply they nest, how much is in them, and the very texts of their fields."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import Final

import msgspec

from api.problems.refusals import BodyMalformed, BodyTooDeep, BodyTooLarge

DEEPEST: Final = 64
_FOLDED: Final = bytes.maketrans(b"{}", b"[]")
_OTHERS: Final = bytes(set(range(256)) - set(b"[]{}"))


def refuse_other_encodings(body: bytes) -> None:
    """Refuse what Python would take for JSON in UTF-16 or UTF-32: it has to be UTF-8 (RFC 8259)."""
    if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0" in body[:4]:
        raise BodyMalformed(at=0)


def refuse_depth(body: bytes) -> None:
    """Refuse what nests too deeply. Costs nothing for bodies with few brackets: nearly all."""
    if body.count(b"{") + body.count(b"[") > DEEPEST and _nests_deeper(body, DEEPEST):
        raise BodyTooDeep(deepest=DEEPEST)


def refuse_many(body: bytes, most: int) -> None:
    """Refuse more values than what is declared can hold: each of them is looked at, and said to be
    wrong. Costs nothing for bodies with few commas.
    """
    if _values(body) > most and _values(_without_strings(body)) > most:
        raise BodyTooLarge(most_values=most)


def _values(body: bytes) -> int:
    """Count the values of a body; what looks like more within its strings, too.

    >>> _values(b'{"a": [1, {}], "b": "one, two"}')
    7
    """
    return 1 + sum(body.count(sign) for sign in (b",", b"[", b"{"))


def _nests_deeper(body: bytes, deepest: int) -> bool:
    """Take away the innermost brackets, again and again; at C speed, for a megabyte of them.

    >>> _nests_deeper(b'{"a[[[": [1, {}]}', 3), _nests_deeper(b'{"a": [1, {}]}', 2)
    (False, True)
    """
    brackets = _without_strings(body).translate(_FOLDED, _OTHERS)
    for _ in range(deepest):
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _without_strings(body: bytes) -> bytes:
    r"""Leave out strings, also one that does not end. Whatever is sent, it is gone through once.

    >>> _without_strings(b'["a", {"[\\\\": "\\"["}, "[[')
    b'[, {: }, '
    """
    unescaped = body.replace(rb"\\", b"").replace(rb"\"", b"")
    return b"".join(unescaped.split(b'"')[::2])


def text_of(field: str, body: bytes) -> str | None:
    """Return a field of a JSON object as the very text that was sent. Raises BodyMalformed."""
    try:
        text = msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get(field)
        return None if text is None else bytes(text).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BodyMalformed from None
