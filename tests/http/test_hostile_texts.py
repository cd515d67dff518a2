"""No text is read over and over: what is a thousand times as long takes a thousand times as long.

What is given here would keep a process busy for an hour, and longer, were it a million times.
"""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any, get_args

import pytest
from fastapi import Response
from hypothesis import given
from hypothesis import strategies as st

import api
import application
import domain
import projections
from api.problems.refusals import BodyTooDeep, BodyTooLarge
from api.web.bodies import refuse_depth, refuse_many
from tests.http.sockets import Line, request, served

LONG = 1_000_000
DEEP = b"[" * 70


@pytest.mark.parametrize(
    "endless",
    [b'"' + b'\\"' * LONG, b'"\\' * LONG, b'"' * LONG, b"\\" * LONG, b'"' + b"\\u0022" * LONG],
)
def test_strings_that_do_not_end_are_read_once(endless: bytes) -> None:
    with pytest.raises(BodyTooDeep):
        refuse_depth(DEEP + endless)
    with pytest.raises(BodyTooLarge):
        refuse_many(DEEP + endless, 60)


def test_what_stands_in_strings_is_neither_counted_nor_deep() -> None:
    body = json.dumps({"a": '[{,"\\' * LONG, "\\": "," * LONG, '"[': ["[" * LONG]}).encode()

    refuse_depth(body)
    refuse_many(body, 6)


documents = st.recursive(
    st.text('a"\\[]{},:\n', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text('"\\[', max_size=3), inner, max_size=3)
    ),
)


def values(document: Any) -> int:
    match document:
        case dict():
            return 1 + sum(map(values, document.values()))
        case list():
            return 1 + sum(map(values, document))
        case _:
            return 1


@given(documents)
def test_values_are_counted_as_they_are(document: Any) -> None:
    """An empty list or object may count for one more."""
    body = json.dumps(document).encode()

    refuse_many(body, 2 * values(document))


# --- Headers ------------------------------------------------------------------------------


async def as_it_came(scope: Any, receive: Any, send: Any) -> None:
    await Response(b",".join(name for name, _ in scope["headers"]))(scope, receive, send)


def test_cookies_are_not_read() -> None:
    """Nobody is known by them here, and the framework takes seconds to read hostile ones."""
    hostile = b'a="' + b"\\a" * 30_000 + b'"'
    with served(as_it_came) as port, Line(port) as line:
        line.say(request("GET", "/", headers=[(b"Cookie", hostile), (b"Accept", b"*/*")]))

        assert line.answer().content == b"host,accept"


# --- Patterns -----------------------------------------------------------------------------


def patterns() -> Iterator[re.Pattern[str]]:
    """Return every pattern that a module of ours holds, or that a type of its texts is given."""
    for package in (api, application, domain, projections):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield from of_module(importlib.import_module(found.name))


def of_module(module: ModuleType) -> Iterator[re.Pattern[str]]:
    for value in vars(module).values():
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            yield value
        for meta in get_args(value):
            if isinstance(pattern := getattr(meta, "pattern", None), str):
                yield re.compile(pattern)


PATTERNS = {each.pattern: each for each in patterns()}
A_LOT = 50_000
ENDINGS = ["", "\0", "!", "a"]
REPEATED = ["a", "0", " ", '"', "\\", ",", "-", "wait ", ",wait=", "a-", "0(0)", "%", "A", "\n"]


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_no_pattern_looks_at_a_text_over_and_over(pattern: re.Pattern[str]) -> None:
    for part in REPEATED:
        for end in ENDINGS:
            pattern.search(part * A_LOT + end)  # comes to an end
