"""What values say of a person, or in secret: read from the declarations by `typing` alone, by a way of its
own, so that a test does not ask the code it tests.
"""

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_type_hints

import msgspec

from domain.confidential import Secret


def texts(value: Any, hint: Any = None, *, personal: bool = False) -> Iterator[str]:
    """Return the texts in a value that nobody may find outside what is sealed: not the end of a secret."""
    personal = personal or is_marked(hint)
    if isinstance(value, Secret):
        yield from secrets(value)
    elif isinstance(value, msgspec.Struct):
        hints = get_type_hints(type(value), include_extras=True)
        for name in value.__struct_fields__:
            yield from texts(getattr(value, name), hints[name], personal=personal)
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each, personal=personal)
    elif isinstance(value, str) and personal:
        yield value


def secrets(value: Any) -> Iterator[str]:
    """Return the secrets in a value."""
    if isinstance(value, Secret):
        yield from [value.value] if value.value is not None else []
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from secrets(getattr(value, name))


def is_marked(hint: Any) -> bool:
    """Whether `Personal` stands anywhere in a type, before the fields of another value."""
    marks = getattr(hint, "__metadata__", ()) if isinstance(hint, type(Annotated[int, 0])) else ()
    if any("personal" in (getattr(mark, "extra", None) or {}) for mark in marks):
        return True
    return any(is_marked(each) for each in get_args(hint))
