"""What is wrong with a request, place by place, as whoever sent it sees it.

Pydantic speaks of its own insides: names of kinds stand among those of fields in the way to a place, and
messages are written in Python. Here a pointer leads through what was sent, and every fault has a sentence
of ours.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from msgspec import UNSET
from pydantic_core import core_schema

from api.problems.refused import FaultInRequest

LONGEST: Final = 200
"""Characters of a pointer, and of each text in a document that would be too long as a whole."""

A_TEXT: Final = "A text is wanted here"
A_NUMBER: Final = "A number is wanted here"
A_WHOLE_NUMBER: Final = "A whole number is wanted here"
AN_OBJECT: Final = "An object is wanted here"
AN_ARRAY: Final = "An array is wanted here"
A_TIME: Final = "A time is wanted here"
A_DAY: Final = "A day is wanted here"
A_DURATION: Final = "A duration is wanted here"
AN_ADDRESS: Final = "A web address is wanted here"
NO_SUCH_TIME: Final = "There is no such time"
NO_SUCH_DAY: Final = "There is no such day"
A_SWITCH: Final = "It is either true or false"
A_UUID: Final = "A UUID is wanted here"
ONE_OF: Final = "One of these is wanted here: {allowed}"
NOT_OF_THE_FORM: Final = "It does not have the declared form"

SAID: Final[Mapping[str, str]] = {
    "missing": "It has to be there",
    "extra_forbidden": "There is no field of this name",
    "none_required": "Only null is possible here",
    # one of a few
    "enum": ONE_OF,
    "literal_error": ONE_OF,
    "union_tag_invalid": ONE_OF,
    "union_tag_not_found": "It has to say of which kind it is",
    "bool_type": A_SWITCH,
    "bool_parsing": A_SWITCH,
    # texts
    "string_type": A_TEXT,
    "string_unicode": "Half a character is no text",
    "string_too_short": "It has {min_length} or more characters",
    "string_too_long": "It has {max_length} characters at most",
    "string_pattern_mismatch": "It has to match {pattern}",
    "string_not_ascii": "It has letters without accents, digits and the usual signs only",
    "bytes_type": A_TEXT,
    "bytes_too_short": "It has {min_length} or more bytes",
    "bytes_too_long": "It has {max_length} bytes at most",
    "bytes_invalid_encoding": "It cannot be read as {encoding}",
    "uuid_type": A_UUID,
    "uuid_parsing": A_UUID,
    "uuid_version": "A UUID of version {expected_version} is wanted here",
    "url_type": AN_ADDRESS,
    "url_parsing": AN_ADDRESS,
    "url_syntax_violation": AN_ADDRESS,
    "url_too_long": "It has {max_length} characters at most",
    "url_scheme": "It begins with {expected_schemes}",
    # numbers
    "int_type": A_WHOLE_NUMBER,
    "int_parsing": A_WHOLE_NUMBER,
    "int_from_float": A_WHOLE_NUMBER,
    "int_parsing_size": "The number is too large",
    "float_type": A_NUMBER,
    "float_parsing": A_NUMBER,
    "finite_number": "It has to be finite",
    "decimal_type": A_NUMBER,
    "decimal_parsing": A_NUMBER,
    "decimal_max_digits": "It has {max_digits} digits at most",
    "decimal_max_places": "It has {decimal_places} digits behind the point at most",
    "decimal_whole_digits": "It has {whole_digits} digits before the point at most",
    "fraction_type": A_NUMBER,
    "fraction_parsing": A_NUMBER,
    "complex_type": A_NUMBER,
    "complex_str_parsing": A_NUMBER,
    "greater_than": "It has to be more than {gt}",
    "greater_than_equal": "It has to be {ge} or more",
    "less_than": "It has to be less than {lt}",
    "less_than_equal": "It has to be {le} or less",
    "multiple_of": "It has to be a multiple of {multiple_of}",
    # objects and arrays
    "model_type": AN_OBJECT,
    "model_attributes_type": AN_OBJECT,
    "dataclass_type": AN_OBJECT,
    "dict_type": AN_OBJECT,
    "mapping_type": AN_OBJECT,
    "frozen_dict_type": AN_OBJECT,
    "ordered_dict_type": AN_OBJECT,
    "counter_type": AN_OBJECT,
    "list_type": AN_ARRAY,
    "tuple_type": AN_ARRAY,
    "set_type": AN_ARRAY,
    "deque_type": AN_ARRAY,
    "named_tuple_type": AN_ARRAY,
    "frozen_set_type": AN_ARRAY,
    "iterable_type": AN_ARRAY,
    "too_short": "There have to be {min_length} or more",
    "too_long": "There can be {max_length} at most",
    "invalid_key": "There is no field of this name",
    # times
    "datetime_type": A_TIME,
    "datetime_parsing": NO_SUCH_TIME,
    "datetime_from_date_parsing": NO_SUCH_TIME,
    "datetime_object_invalid": NO_SUCH_TIME,
    "datetime_past": "It has to be over",
    "datetime_future": "It has to be yet to come",
    "timezone_aware": "It needs a time zone",
    "timezone_naive": "It has no time zone",
    "timezone_offset": "It is of another time zone",
    "time_type": A_TIME,
    "time_parsing": NO_SUCH_TIME,
    "date_type": A_DAY,
    "date_parsing": NO_SUCH_DAY,
    "date_from_datetime_parsing": NO_SUCH_DAY,
    "date_from_datetime_inexact": "A day without an hour is wanted here",
    "date_past": "It has to be over",
    "date_future": "It has to be yet to come",
    "time_delta_type": A_DURATION,
    "time_delta_parsing": A_DURATION,
    # texts within which there is JSON
    "json_type": A_TEXT,
    "json_invalid": "It cannot be read as JSON",
}
"""What is told of each fault that Pydantic can find in JSON."""

ITS_OWN: Final = frozenset(get_args(core_schema.ErrorType))
"""What Pydantic says in its own words; all else is ours, and has been put in plain words already."""

ALLOWED: Final = re.compile(r"'([^']*)'|(-?\d+)")

Way = tuple[Any, ...]


def told(fault: Mapping[str, Any], sent: Any) -> FaultInRequest:
    """Return what is told of a fault that Pydantic found in a body, or a parameter, that was `sent`."""
    where, *way = fault["loc"]
    kind = str(fault["type"])
    allowed = _allowed(fault.get("ctx", {}))
    return FaultInRequest(
        pointer(_way(fault, way, sent) if where == "body" else way[:1]),
        kind.replace("_", "-"),
        _sentence(kind, fault, allowed),
        where=str(where),
        allowed=allowed or UNSET,
    )


def pointer(way: Sequence[Any]) -> str:
    """Return a way as a JSON pointer; as far as it goes, where names are longer than one is told."""
    found = "#"
    for part in way:
        further = f"{found}/{_escaped(str(part))}"
        if len(further) > LONGEST:
            return found
        found = further
    return found


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


# --- Places -------------------------------------------------------------------------------


def _way(fault: Mapping[str, Any], way: Sequence[Any], sent: Any) -> Way:
    """Return the way to what is wrong. What is missing is told by the name that it should have."""
    if fault["type"] == "missing" and way:
        return (*_way_to(fault["input"], way[:-1], sent), way[-1])
    found = _way_to(fault.get("input"), way, sent)
    kind = fault.get("ctx", {}).get("discriminator", "").strip("'")
    return (*found, kind) if kind else found


def _way_to(wrong: Any, way: Sequence[Any], sent: Any) -> Way:
    """Return the way that leads to the very thing that is wrong; if there is none, because it was
    changed before it was looked at, the longest.
    """
    found = list(_ways(way, sent))
    return next((way for way, there in found if there is wrong), found[0][0])


def _ways(way: Sequence[Any], sent: Any) -> Iterator[tuple[Way, Any]]:
    """Return where one comes to in what was sent, and how, by passing over parts of a way that are no
    names in it, or only look like some: a kind can be called like a field.
    """
    if not way:
        yield (), sent
        return
    part, *rest = way
    if _is_in(part, sent):
        yield from (((part, *further), there) for further, there in _ways(rest, sent[part]))
    yield from _ways(rest, sent)


def _is_in(part: Any, sent: Any) -> bool:
    match sent:
        case dict():
            return part in sent
        case list():
            return isinstance(part, int) and part < len(sent)
        case _:
            return False


# --- Sentences ----------------------------------------------------------------------------


def _sentence(kind: str, fault: Mapping[str, Any], allowed: Sequence[Any]) -> str:
    if kind not in ITS_OWN:
        return str(fault["msg"])
    facts = {**fault.get("ctx", {}), "allowed": ", ".join(map(str, allowed))}
    return SAID.get(kind, NOT_OF_THE_FORM).format_map(facts)


def _allowed(facts: Mapping[str, Any]) -> list[Any]:
    """Return what would be one of a few: Pydantic tells it only as text, `'a', 'b' or 'c'`."""
    said = facts.get("expected", facts.get("expected_tags", ""))
    return [int(number) if number else text for text, number in ALLOWED.findall(said)]
