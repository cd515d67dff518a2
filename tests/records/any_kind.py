"""What tests of every kind of record have in common."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient

from domain.catalogue import KINDS
from domain.confidential import Secret
from domain.records import Kind


def of_those(kinds: Sequence[Kind[Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds, ids=[kind.many for kind in kinds])


every_kind = of_those(KINDS)


going_kinds = of_those([kind for kind in KINDS if not kind.for_good])


kept_kinds = of_those([kind for kind in KINDS if kind.for_good])


unique_kinds = of_those([kind for kind in KINDS if kind.unique])


older_kinds = of_those([kind for kind in KINDS if kind.old_path])


def bodies(kind: Kind[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    first, second = kind.examples
    return typed(kind, first), typed(kind, second)


def typed(kind: Kind[Any], values: Any) -> dict[str, Any]:
    """Return what may be said of values."""
    return {name: each for name, each in sent(values).items() if name not in kind.ours}


def unlike(kind: Kind[Any], body: dict[str, Any]) -> dict[str, Any]:
    """Return the same, but for what only one may have."""
    unique = {field for each in kind.unique for field in each.fields} - {*kind.refers_to}
    return {**body, **{f: f"{body[f]} too" for f in unique if isinstance(body[f], str)}}


def sent(values: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(values))


def create(http: TestClient, kind: Kind[Any], body: Any) -> str:
    made = http.post(f"/v1/{kind.many}", json=body)
    assert made.status_code == 201, made.text
    return str(made.headers["location"])


def has(answer: Any, values: dict[str, Any]) -> bool:
    row = told(answer.json())
    return bool({**row, **told(values)} == row)


def told(value: Any) -> Any:
    """Return what is the same of a value as it is sent and as it is shown: of a secret, its end."""
    if not isinstance(value, dict):
        return value
    if {*value} <= {*Secret.__struct_fields__}:
        return value.get("ends_with")
    return {name: told(each) for name, each in value.items()}


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]
