"""Backends of which a part does not work."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from fastapi.testclient import TestClient
from psycopg import Connection

from api.app import create_app
from api.backend import ReadModels
from application.ports import ProjectionBehind
from projections.read_model import ReadModel
from tests.running import Running


class Faulty:
    """Read models that have not seen anything of late."""

    def __init__(self, sound: ReadModels, *, behind: bool) -> None:
        self._sound = sound
        self._behind = behind

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sound, name)

    @contextmanager
    def asking(
        self, tenant: str, models: Sequence[ReadModel] = (), *, at_least: int = 0, wait: float = 2.0
    ) -> Iterator[Connection[Any]]:
        if at_least and self._behind:
            raise ProjectionBehind(position=at_least)
        with self._sound.asking(tenant, models) as connection:
            yield connection


def with_backend(running: Running, client: TestClient | None = None, **parts: Any) -> TestClient:
    """Return the same client, or another owner's, of an API on a backend with other parts."""
    app = create_app(replace(running.app.state.backend, **parts))
    headers = dict((client or running.http()).headers)
    return TestClient(app, headers=headers, raise_server_exceptions=False)
