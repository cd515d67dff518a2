"""Asking read models as the API does."""

import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from adapters.read_models.answers import Answers
from projections.read_model import ReadModel
from tests.read_models.examples import GROUPS, TENANT

LONG: Final = 10.0


def keys(answers: Answers, model: ReadModel, tenant: str = TENANT, **how: Any) -> list[str]:
    with answers.asking(tenant, [model], **how) as connection:
        statement = f"SELECT key FROM live.{model.name} WHERE tenant_id = %s ORDER BY key"
        return [key for (key,) in connection.execute(statement.encode(), (tenant,)).fetchall()]


def group(answers: Answers, at_least: int, name: str = "red", wait: float = 0) -> dict[str, Any]:
    document = answers.row(TENANT, GROUPS, name, at_least=at_least, wait=wait)
    assert document is not None
    found: dict[str, Any] = msgspec.json.decode(document.json)
    return found


def seconds(action: Callable[[], Any]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
