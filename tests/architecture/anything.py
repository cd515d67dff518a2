"""Any event that its declaration allows, by the types of its fields."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

SIMPLE: Mapping[type, st.SearchStrategy[Any]] = {
    str: st.text(st.characters(codec="utf-8"), max_size=5),
    int: st.integers(-(2**40), 2**40),
    bool: st.booleans(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    NoneType: st.none(),
}


def anything(hint: Any, known: Mapping[Any, Any] = {}) -> st.SearchStrategy[Any]:
    """Return what makes values of a type."""
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(hint, TypeVar):
        return anything(known[hint])
    if origin is Annotated:
        naive = any(isinstance(m, msgspec.Meta) and m.tz is False for m in args[1:])
        found = anything(args[0], known)
        return found.map(lambda at: at and at.replace(tzinfo=None)) if naive else found
    if origin in (Union, UnionType):
        return st.one_of([anything(each, known) for each in args])
    if origin is Literal:
        return st.sampled_from(args)
    if hasattr(hint, "__supertype__"):
        return anything(hint.__supertype__, known)
    return _plain(origin or hint, args, known)


def _plain(kind: Any, args: Any, known: Mapping[Any, Any]) -> st.SearchStrategy[Any]:
    if kind in SIMPLE:
        return SIMPLE[kind]
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if issubclass(kind, msgspec.Struct):
        return _object(kind, args)
    if issubclass(kind, Mapping):
        return st.dictionaries(*(anything(each, known) for each in args), max_size=2)
    return st.lists(anything(args[0], known), max_size=2).map(kind)


def _object(kind: type[msgspec.Struct], args: Any) -> st.SearchStrategy[Any]:
    known = dict(zip(getattr(kind, "__parameters__", ()), args, strict=True))
    hints = get_type_hints(kind, include_extras=True)
    fields = {name: anything(hints[name], known) for name in kind.__struct_fields__}
    return st.builds(kind, **fields)
