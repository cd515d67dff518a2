"""Values with something to find in them, made by the types that a declaration names. A text is in
quotation marks, so that it is JSON where JSON is wanted.

It reads the declarations by `typing` alone, and what it calls personal is what stands under
`Personal` there: by a way of its own, so that a test does not ask the code it tests.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from enum import Enum
from itertools import count
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from domain.confidential import Secret

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
UUID_TEXT = "0198c0de-0000-7000-8000-0000000000aa"


class Planted:
    """Makes values. `secrets` are the texts that were put where something is personal."""

    def __init__(self, word: str = "planted") -> None:
        self.secrets: list[str] = []
        self._making: list[type] = []
        self._word = word
        self._numbers = count(1)

    def value(self, hint: Any, *, personal: bool = False, known: Mapping[Any, Any] = {}) -> Any:
        """Return a value of this type; the first of the alternatives that are not None."""
        if isinstance(hint, TypeVar):
            return self.value(known[hint], personal=personal)
        origin, args = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self._annotated(args, personal=personal, known=known)
        if origin in (Union, UnionType):
            there = next(each for each in args if each is not NoneType)
            return self.value(there, personal=personal, known=known)
        if origin is Literal:
            return args[0]
        if hasattr(hint, "__supertype__"):
            return self.value(hint.__supertype__, personal=personal)
        return self._plain(hint, origin, args, personal=personal, known=known)

    def _annotated(self, args: Any, *, personal: bool, known: Mapping[Any, Any]) -> Any:
        marks = [m for m in args[1:] if isinstance(m, msgspec.Meta)]
        marked = any("personal" in (mark.extra or {}) for mark in marks)
        value = self.value(args[0], personal=personal or marked, known=known)
        naive = any(mark.tz is False for mark in marks)
        return value.replace(tzinfo=None) if naive else value

    def _plain(
        self, hint: Any, origin: Any, args: Any, *, personal: bool, known: Mapping[Any, Any]
    ) -> Any:
        def of(kind: Any) -> Any:
            return self.value(kind, personal=personal, known=known)

        kind = origin or hint
        if kind is Secret:  # how it ends is told of it, and never kept
            return Secret(value=self._text(personal=personal))
        if issubclass(kind, msgspec.Struct):
            return self._object(kind, args, personal=personal)
        if kind is tuple and args[-1] is not Ellipsis:
            return tuple(of(each) for each in args)
        if issubclass(kind, Mapping):
            return {of(args[0]): of(args[1])}
        if issubclass(kind, Sequence | AbstractSet) and not issubclass(kind, str):
            made = {Sequence: tuple, AbstractSet: frozenset}.get(kind, kind)
            return made([] if args[0] in self._making else [of(args[0])])
        return self._single(kind, personal=personal)

    def _object(self, kind: type[msgspec.Struct], args: Any, *, personal: bool) -> Any:
        """Make one; in what holds others of its kind there is none."""
        known = dict(zip(getattr(kind, "__parameters__", ()), args, strict=True))
        hints = get_type_hints(kind, include_extras=True)
        self._making.append(kind)
        inner = {
            field.name: self.value(hints[field.name], personal=personal, known=known)
            for field in msgspec.structs.fields(kind)
        }
        self._making.pop()
        return kind(**inner)

    def _single(self, kind: type, *, personal: bool) -> Any:
        if issubclass(kind, Enum):
            return next(iter(kind))
        if issubclass(kind, str):
            return self._text(personal=personal)
        values: dict[type, Any] = {bool: True, int: 7, float: 0.5, datetime: NOON}
        return values.get(kind, date(2027, 1, 4))

    def _text(self, *, personal: bool) -> str:
        if not personal:
            return f"thing-{UUID_TEXT}"
        self.secrets.append(f"{self._word}-{next(self._numbers)}-é")
        return f'"{self.secrets[-1]}"'
