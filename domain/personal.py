"""Where a value says something about a person: found once, in the shape of its class; and what is read
in its place once it is erased.

`Personal` may stand anywhere in it: in an alternative, in a list, in a value within a value. A field
is kept apart as a whole, unless it is an object of which only a part is personal.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET, inspect
from msgspec.inspect import DataclassType, StructType, Type, TypedDictType

V = TypeVar("V", bound=msgspec.Struct)

ERASED: Final = "[erased]"

Json = dict[str, Any]
Object = StructType | DataclassType | TypedDictType


class CannotBeKeptApartError(Exception):
    """An event may hold what is personal where nobody would find it, or could not be read without
    it any more: the system does not start with such an event.
    """


class Private(msgspec.Struct, frozen=True):
    """What is personal in a JSON object. `whole` are the fields that are, and `marks` what stands
    in them once they are erased; `within` are objects of which a part is personal.
    """

    whole: frozenset[str]
    marks: Json
    within: Mapping[str, "Private"]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is personal."""
        return not self.whole and not self.within

    @property
    def places(self) -> list[str]:
        """Name the personal fields; those in other fields by the way to them."""
        inner = [f"{name}.{place}" for name, part in self.within.items() for place in part.places]
        return sorted([*self.whole, *inner])

    def take(self, fields: Json) -> Json:
        """Take what is personal out of an object; return it."""
        taken = {name: fields.pop(name) for name in self.whole if name in fields}
        for name, part in self._inner(fields):
            if found := part.take(fields[name]):
                taken[name] = found
        return taken

    def erase(self, fields: Json) -> None:
        """Put marks in the place of what is personal."""
        self.take(fields)
        fields.update(self.marks)
        for name, part in self._inner(fields):
            part.erase(fields[name])

    def _inner(self, fields: Json) -> Iterator[tuple[str, "Private"]]:
        """Return the parts that are there: an object in an alternative may be missing."""
        return ((n, part) for n, part in self.within.items() if isinstance(fields.get(n), dict))


@cache
def private_in(values: type[Any]) -> Private:
    """Find what is personal in a class of events, or of values. Raises CannotBeKeptApartError."""
    shape = _object(inspect.type_info(values))
    if shape is None:
        raise CannotBeKeptApartError(f"{values.__name__} has no names for its fields")
    return _private(shape, values.__name__, ())


def erased(value: V) -> V:
    """Return a value as it is read once what is personal in it is erased."""
    private = private_in(type(value))
    if private.is_empty:
        return value
    fields = msgspec.json.decode(msgspec.json.encode(value))
    private.erase(fields)
    return msgspec.json.decode(msgspec.json.encode(fields), type=type(value))


def merged(under: Json, over: Json) -> Json:
    """Join two objects, and the objects in them; what is in both is taken from `over`."""
    both = {
        name: merged(under[name], over[name])
        for name in under.keys() & over.keys()
        if isinstance(under[name], dict) and isinstance(over[name], dict)
    }
    return {**under, **over, **both}


# --- Looking ------------------------------------------------------------------------------


def _private(shape: Object, where: str, above: tuple[type, ...]) -> Private:
    """Find it in the fields of an object; one that is within itself is personal as a whole."""
    whole: set[str] = set()
    marks: Json = {}
    within: dict[str, Private] = {}
    for field in shape.fields:
        place, part = f"{where}.{field.name}", _object(field.type)
        if not any(_is_marked(each) for each in parts(field.type)):
            _refuse_what_may_be_anything(field.type, place)
        elif part is not None and part.cls not in (*above, shape.cls):
            within[field.encode_name] = _private(part, place, (*above, shape.cls))
        else:
            whole.add(field.encode_name)
            marks |= _stand_in(field, place)
    return Private(frozenset(whole), marks, within)


def _object(kind: Type) -> Object | None:
    """Return the object that stands here, if nothing else may, and if it is not marked itself."""
    match [each for each in _alternatives(kind) if not isinstance(each, inspect.NoneType)]:
        case [StructType(array_like=False) | DataclassType() | TypedDictType() as shape]:
            return None if _is_marked(kind) else shape
        case _:
            return None


def _alternatives(kind: Type) -> tuple[Type, ...]:
    match kind:
        case inspect.Metadata(type=inner):
            return _alternatives(inner)
        case inspect.UnionType(types=types):
            return types
        case _:
            return (kind,)


def _is_marked(kind: Type) -> bool:
    return isinstance(kind, inspect.Metadata) and bool((kind.extra or {}).get("personal"))


def _refuse_what_may_be_anything(kind: Type, place: str) -> None:
    unknown = inspect.AnyType | inspect.RawType | inspect.CustomType
    for each in parts(kind):
        if isinstance(each, unknown) or _may_say_more(each):
            raise CannotBeKeptApartError(
                f"{place} may hold anything: say what, or make it Personal"
            )


def _may_say_more(kind: Type) -> bool:
    """Whether something may stand in the place of an object that is personal where it is not."""
    if not isinstance(kind, StructType | DataclassType):
        return False
    said = (part for cls in _descendants(kind.cls) for part in parts(inspect.type_info(cls)))
    return any(_is_marked(part) for part in said)


def _descendants(cls: type) -> list[type]:
    below: list[type] = getattr(cls, "__origin__", cls).__subclasses__()
    return [*below, *(each for child in below for each in _descendants(child))]


BELOW: Final = ("type", "types", "item_type", "item_types", "key_type", "value_type", "fields")
"""What a type of msgspec's may be made of."""


def parts(kind: Type) -> list[Type]:
    """Return a kind and all that it is made of, once each."""
    found: list[Any] = []
    waiting: list[Any] = [kind]
    while waiting:
        each = waiting.pop()
        if any(each is known for known in found):
            continue
        found.append(each)
        for name in BELOW:
            below = getattr(each, name, ())
            waiting += below if isinstance(below, tuple) else [below]
    return found


# --- What stands in the place of what is erased -------------------------------------------


def _stand_in(field: inspect.Field, place: str) -> Json:
    """Return the field as it is once it is erased; nothing, if it may be left out."""
    mark = _mark(field.type)
    if mark is UNSET and field.required:
        if not _may_be_none(field.type):
            raise CannotBeKeptApartError(
                f"{place} cannot be read once it is erased: let it be None"
            )
        mark = None
    return {} if mark is UNSET else {field.encode_name: mark}


def _may_be_none(kind: Type) -> bool:
    return any(isinstance(each, inspect.NoneType) for each in _alternatives(kind))


def _mark(kind: Type) -> Any:
    """Return a word for text, nothing for a container; UNSET for what knows neither."""
    mark: Any = UNSET
    match kind:
        case inspect.Metadata(type=inner):
            mark = _mark(inner)
        case inspect.UnionType(types=types) if not _may_be_none(kind):
            mark = next((found for each in types if (found := _mark(each)) is not UNSET), UNSET)
        case StructType(array_like=False) | DataclassType() | TypedDictType():
            mark = _marks(kind)
        case inspect.TupleType(item_types=types):
            marks = [_mark(each) for each in types]
            mark = UNSET if UNSET in marks else marks
        case _:
            mark = _simple_mark(kind)
    return mark


def _simple_mark(kind: Type) -> Any:
    match kind:
        case inspect.StrType() if _allows(kind, ERASED):
            return ERASED
        case inspect.AnyType():
            return ERASED
        case inspect.DictType(min_length=None | 0) | inspect.FrozenDictType(min_length=None | 0):
            return {}
        case inspect.CollectionType(min_length=None | 0):
            return []
        case _:
            return UNSET


def _marks(shape: Object) -> Any:
    try:
        stands = [_stand_in(field, shape.cls.__name__) for field in shape.fields]
    except CannotBeKeptApartError:
        return UNSET
    tag = {shape.tag_field: shape.tag} if isinstance(shape, StructType) and shape.tag_field else {}
    return {name: mark for each in (tag, *stands) for name, mark in each.items()}


def _allows(kind: inspect.StrType, text: str) -> bool:
    length = (kind.min_length or 0) <= len(text) <= (kind.max_length or len(text))
    return length and re.search(kind.pattern or "", text) is not None
