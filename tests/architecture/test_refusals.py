"""Every fact that is said where something is refused is declared in the class of the refusal: mypy looks
at those that declare any, and this at the others.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from api.problems.facts import facts_of
from tests.http.routes import refusals

LAYERS = ("domain", "application", "projections", "adapters", "api", "infra")


def said() -> Iterator[tuple[str, str, set[str]]]:
    """Return where each refusal is made, its name, and the facts that are named there."""
    for layer in LAYERS:
        for path in Path(layer).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    facts = {each.arg for each in node.keywords if each.arg}
                    yield f"{path}:{node.lineno}", name, facts


def test_every_fact_is_declared_by_its_refusal() -> None:
    known = {kind.__name__: {*facts_of(kind)} for kind in refusals()}

    undeclared = [
        (where, name, facts - known[name])
        for where, name, facts in said()
        if name in known and facts - known[name]
    ]

    assert undeclared == []
