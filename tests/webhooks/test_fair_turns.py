"""Whoever hangs keeps nobody waiting: neither others of their business, nor those of other businesses, nor the queue."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from adapters.webhooks.sender import Places
from infra.settings import Settings
from tests.conftest import settings_with
from tests.outgoing.somebody import HERE
from tests.running import Running
from tests.webhooks.crowd import HANGS, Crowd, crowd
from tests.webhooks.senders import sender_with
from tests.webhooks.test_delivering import template

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]

ALL = 250
HANGING = 50
AT_ONCE = 100
"""Made by one request."""

OTHER = "00000000-0000-4000-8000-000000000009"


@pytest.fixture
def many() -> Iterator[Crowd]:
    with crowd() as many:
        yield many


@pytest.fixture
def settings(tmp_path: Path, many: Crowd) -> Settings:
    return settings_with(tmp_path).model_copy(
        update={
            "outgoing_ports": (many.port,),
            "outgoing_plain_http": True,
            "outgoing_networks": (f"{HERE}/32",),
            "webhook_seconds": 60.0,
        }
    )


def endpoints(http: TestClient, many: Crowd, paths: list[str]) -> None:
    """Make as many, each told of canned replies."""
    items = [{"url": many.url(path), "areas": ["message-template"]} for path in paths]
    for first in range(0, len(items), AT_ONCE):
        made = http.post("/v1/webhooks/batch", json={"items": items[first : first + AT_ONCE]})
        assert made.status_code == 201, made.text


@contextmanager
def sending(running: Running, many: Crowd, **how: Any) -> Iterator[None]:
    """Send, in threads; in the end those who hang are answered."""
    stop = threading.Event()
    thread = threading.Thread(target=sender_with(running, **how).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        many.released.set()
        stop.set()
        running.system.advanced.ring()
        thread.join()


def planned(running: Running) -> None:
    """Let it be found out who is to be told of what."""
    while running.system.runner.step():
        pass


def jobs(running: Running) -> int:
    with running.system.database.as_worker() as connection:
        row = connection.execute("SELECT count(*) FROM work.jobs").fetchone()
    return int(row[0]) if row else 0


def test_one_in_five_that_hang_keep_nobody_waiting(running: Running, many: Crowd) -> None:
    http = running.http()
    hanging = [f"{HANGS}/{n}" for n in range(HANGING)]
    healthy = [f"/answers/{n}" for n in range(ALL - HANGING)]
    endpoints(http, many, [*hanging, *healthy])
    template(http, "one")
    planned(running)

    with sending(running, many, patience=0.1):
        many.wait(lambda: len(many.waiting) == HANGING and len(many.taken) == ALL - HANGING)
        before = jobs(running)
        for name in ("two", "three"):
            template(http, name)
            planned(running)
            running.system.advanced.ring()
        many.wait(lambda: all(many.taken[each] == 3 for each in healthy))

        assert jobs(running) == before, "nothing piles up behind those that hang"
        assert many.waiting == dict.fromkeys(hanging, 1)
        assert not any(path in many.taken for path in hanging)


def test_one_business_whose_endpoints_all_hang_keeps_no_other_waiting(
    running: Running, many: Crowd
) -> None:
    """Nobody knows yet that they let others wait: they have as many places as one business may, and no more."""
    http, other = running.http(), running.http(tenant=OTHER)
    endpoints(http, many, [f"{HANGS}/{n}" for n in range(10)])
    endpoints(other, many, [f"/answers/{n}" for n in range(10)])
    template(http, "one")
    planned(running)

    places = Places(fast=4, slowly=4, fast_each=3, slowly_each=3)
    with sending(running, many, places=places, patience=1e9):
        many.wait(lambda: len(many.waiting) == 3)
        template(other, "one")
        planned(running)
        running.system.advanced.ring()
        many.wait(lambda: len(many.taken) == 10)

        assert len(many.waiting) == 3


def test_who_has_let_others_wait_waits_for_others_who_do_and_for_nobody_else(
    running: Running, many: Crowd
) -> None:
    http = running.http()
    endpoints(http, many, [f"{HANGS}/{n}" for n in range(10)])
    with running.system.database.as_worker() as connection:
        planned(running)
        connection.execute("UPDATE work.webhooks SET slow = true")
    endpoints(http, many, ["/answers"])
    template(http, "one")
    planned(running)

    places = Places(fast=1, slowly=2, fast_each=1, slowly_each=2)
    with sending(running, many, places=places, patience=1e9):
        many.wait(lambda: len(many.waiting) == 2 and many.taken["/answers"] == 1)
        many.released.set()
        many.wait(lambda: len(many.taken) == 11)
