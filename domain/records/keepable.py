"""What values of a kind may be made of: what comes back from the log as it was recorded, has a bound, and
can be looked for.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import inspect
from msgspec.structs import fields

from domain.confidential import are_held, are_listed
from domain.personal import parts, private_in

KEPT: Final = (
    inspect.StrType,
    inspect.IntType,
    inspect.BoolType,
    inspect.NoneType,
    inspect.DateTimeType,
    inspect.EnumType,
    inspect.LiteralType,
    inspect.StructType,
    inspect.UnionType,
    inspect.VarTupleType,
)
"""No float: JSON has no infinity, and what was recorded could not be read again; a whole number of small
units says it. No mapping: nobody declares what may be in it. No duration: minutes say it.
"""

COMPARED: Final = (
    inspect.StrType,
    inspect.IntType,
    inspect.BoolType,
    inspect.NoneType,
    inspect.EnumType,
    inspect.UnionType,
)
"""What two records can have the same of."""

AROUND: Final = (inspect.Field, inspect.Metadata)
"""What stands around types."""


def faults(
    values: type[msgspec.Struct], unique: tuple[tuple[str, ...], ...], orders: tuple[type[Any], ...]
) -> Iterator[str]:
    """Say what of the values of a kind, and of its own orders, could not be kept."""
    for each in (values, *orders):
        for part in _made_of(inspect.type_info(each)):
            if not isinstance(part, KEPT):
                yield f"{each.__name__} has a {type(part).__name__}, which is not kept"
    if are_listed(values):
        yield "a secret in a list could not be told from others"
    if any(are_held(order) for order in orders):
        yield "a secret is changed with the record, not by an order of its own"
    yield from _faults_of_unique(values, unique)


def _faults_of_unique(
    values: type[msgspec.Struct], unique: tuple[tuple[str, ...], ...]
) -> Iterator[str]:
    types = {field.name: inspect.type_info(field.type) for field in fields(values)}
    for field in sorted({field for each in unique for field in each}):
        if not all(isinstance(part, COMPARED) for part in _made_of(types[field])):
            yield f"{field} cannot be compared, and so not be unique"
    personal = [bool(private_in(values).whole & {*each}) for each in unique]
    if any(personal) and not all(personal):
        yield "what is unique of a person goes with them: then all that is unique has to be personal"


def _made_of(kind: inspect.Type) -> list[inspect.Type]:
    return [part for part in parts(kind) if not isinstance(part, AROUND)]
