"""A system that may send to one receiver on this machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.settings import Settings
from tests.conftest import settings_with
from tests.outgoing.somebody import HERE
from tests.running import Running
from tests.webhooks.receiver import Receiver, receiver


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as there:
        yield there


@pytest.fixture
def settings(tmp_path: Path, there: Receiver) -> Settings:
    return settings_with(tmp_path).model_copy(
        update={
            "outgoing_ports": (there.port,),
            "outgoing_plain_http": True,
            "outgoing_networks": (f"{HERE}/32",),
            "webhook_seconds": 0.3,
        }
    )


@pytest.fixture
def http(running: Running) -> Any:
    return running.http()


@pytest.fixture
def endpoint(running: Running, http: Any, there: Receiver) -> str:
    """One that is told of canned replies, by its id."""
    made = http.post("/v1/webhooks", json={"url": there.url, "areas": ["message-template"]})
    assert made.status_code == 201, made.text
    running.settle()
    return str(made.json()["id"])
