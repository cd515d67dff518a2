"""The schemas of refusals: each of its own, with its facts, told apart by `code`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final, get_args

import msgspec
from fastapi.routing import APIRoute
from msgspec import UNSET, UnsetType

from api.openapi.reasons import reasons
from api.openapi.routes import methods_of
from api.openapi.schemas import REF, Document, components
from api.problems.documents import PROBLEM
from api.problems.facts import facts_of
from api.problems.refused import Refused
from api.problems.statuses import number_of
from domain.messages import DomainError

Kind = type[DomainError]


def refusals(route: APIRoute, method: str) -> Document:
    """Return the answers of a route that refuse, by status."""
    found: dict[int, list[Kind]] = defaultdict(list)
    for kind in reasons(route, method):
        found[number_of(kind)].append(kind)
    return {str(status): _response(kinds) for status, kinds in sorted(found.items())}


def problems(routes: Iterable[APIRoute]) -> Document:
    """Return the schemas of whatever these routes may refuse for, by name."""
    kinds = {
        name(kind): kind
        for route in routes
        for method in methods_of(route)
        for kind in reasons(route, method)
    }
    facts = {called: _facts(kind) for called, kind in sorted(kinds.items())}
    parts = components(facts.values())
    told = {
        called: _schema(kinds[called], parts.pop(each.__name__)) for called, each in facts.items()
    }
    return {"Problem": {**ANY, "title": "Problem"}, **parts, **told}


def name(kind: Kind) -> str:
    """Return what the schema of a refusal is called."""
    return f"{kind.__name__}Problem"


def _response(kinds: Sequence[Kind]) -> Document:
    return {
        "description": ", ".join(kind.code for kind in kinds) + ".",
        "content": {PROBLEM: {"schema": _one_of(kinds)}},
    }


def _one_of(kinds: Sequence[Kind]) -> Document:
    links = {kind.code: REF + name(kind) for kind in kinds}
    if len(links) == 1:
        return {"$ref": REF + name(kinds[0])}
    return {
        "oneOf": [{"$ref": link} for link in links.values()],
        "discriminator": {"propertyName": "code", "mapping": links},
    }


def _schema(kind: Kind, facts: Document) -> Document:
    several = {} if issubclass(kind, Refused) else {"at": AT}
    itself = {
        "code": {"type": "string", "const": kind.code},
        "status": {"type": "integer", "const": number_of(kind)},
    }
    return {
        "title": name(kind),
        "description": kind.says,
        "type": "object",
        "properties": {**ANY["properties"], **itself, **several, **facts["properties"]},
        "required": [*ANY["required"], *facts.get("required", [])],
    }


def _facts(kind: Kind) -> type[msgspec.Struct]:
    """Make a struct of the facts of a refusal; those that may not be known are left out."""
    return msgspec.defstruct(f"{kind.__name__}Facts", list(_fields(kind)), kw_only=True)


def _fields(kind: Kind) -> Iterator[tuple[str, Any] | tuple[str, Any, Any]]:
    for fact, hint in facts_of(kind).items():
        if type(None) in get_args(hint):
            known = [each for each in get_args(hint) if each is not type(None)]
            yield fact, reduce(or_, [*known, UnsetType]), UNSET
        else:
            yield fact, hint


AT: Final = {
    "type": "integer",
    "minimum": 0,
    "description": "Where several were ordered at once: which of them, counted from 0.",
}
ANY: Final[Document] = {
    "description": "Why something was refused (RFC 9457). Each `code` has a schema of its own.",
    "type": "object",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Leads to a page about the code.",
        },
        "title": {"type": "string", "description": "For people, in their language."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people, in their language."},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "code": {"type": "string", "description": "For programs; it never changes."},
        "trace_id": {"type": ["string", "null"], "description": "What to tell us."},
    },
    "required": ["type", "title", "status", "detail", "instance", "code", "trace_id"],
}
