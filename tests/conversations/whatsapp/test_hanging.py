"""However long Meta hangs for one business, the messages of another go out."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final
from uuid import uuid4

import pytest

from adapters.jobs.lanes import AT_ONCE
from adapters.jobs.shares import Shares
from tests.conversations.threads.conversing import colleague
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud
from tests.running import Running
from tests.waiting import until

OTHERS: Final = "EAAG-good-and-planted-0002"
MESSAGES: Final = AT_ONCE["messages"]


@contextmanager
def working(running: Running) -> Iterator[None]:
    """Carry out what is to be sent, by as many threads as a process has."""
    stop, worker = threading.Event(), running.system.worker
    hands = [
        threading.Thread(target=worker.run, args=(stop, ("messages",))) for _ in range(MESSAGES)
    ]
    for hand in hands:
        hand.start()
    try:
        yield
    finally:
        stop.set()
        for hand in hands:
            hand.join()


@pytest.mark.postgres
def test_what_hangs_for_one_business_keeps_no_other_waiting(running: Running, meta: Cloud) -> None:
    meta.tokens.add(OTHERS)
    slow = Desk(running, colleague(running), meta, token=OTHERS)
    other = replace(running, tenant=str(uuid4()))
    quick = Desk(other, colleague(other), meta)
    for n in range(MESSAGES + 2):
        slow.is_written_to(f"wamid.{n}", by=f"3368765{n:04}")
    quick.is_written_to("wamid.quick")
    for n, thread in enumerate(slow.threads):
        slow.ana.says(thread, f"lent {n}")
    while running.system.runner.step():
        pass
    meta.hanging[OTHERS] = threading.Event()

    with working(running):
        until(lambda: meta.asked >= 1)
        quick.ana.says(quick.threads[0], "vite")
        while running.system.runner.step():
            pass
        until(lambda: meta.said == ["vite"])
        assert meta.asked - 1 < MESSAGES
        meta.hanging.pop(OTHERS).set()
        until(lambda: len(meta.said) > 1)


class Held:
    """A batch of one business that takes so many seconds."""

    def __init__(self, tenant: str, seconds: float = 0.0) -> None:
        self.took = {tenant: seconds}
        self._tenant = tenant

    def tenants(self) -> set[str]:
        """Return whose it is."""
        return {self._tenant}


def test_whoever_was_slow_has_one_thread_until_something_is_done_soon_again() -> None:
    shares = Shares(8)
    with shares.holding(Held("slow", 15.0)):  # type: ignore[arg-type]
        assert list(shares.full()) == []
    with shares.holding(Held("slow", 0.1)):  # type: ignore[arg-type]
        assert list(shares.full()) == ["slow"]
    with shares.holding(Held("slow")):  # type: ignore[arg-type]
        assert list(shares.full()) == []
