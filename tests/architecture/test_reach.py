"""No route goes past its caller: what is asked and ordered is held against what they reach."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

THE_CALLER = {"api/requests/asker.py", "api/requests/caller.py"}
PAST_THE_CALLER = {"read_models", "dispatch"}
"""What the backend has, and only the caller uses."""

MAY = {
    (
        "api/business/accounts.py",
        "read_models",
    ),  # shows a newcomer themselves, out of the answer's events
}


def used(path: Path) -> Iterator[tuple[str, str]]:
    """Return what a module takes of a backend."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(value=ast.Attribute(attr="backend"), attr=part):
                yield from [(path.as_posix(), part)] if part in PAST_THE_CALLER else []


@pytest.mark.parametrize("path", sorted(Path("api").rglob("*.py")), ids=lambda p: p.as_posix())
def test_only_the_caller_asks_and_orders(path: Path) -> None:
    if path.as_posix() not in THE_CALLER:
        assert set(used(path)) <= MAY
