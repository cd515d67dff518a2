"""A worker whose broker goes in the moment when it begins waits for it, like any other."""

import subprocess
import sys

import pytest

from infra.servers.children import free_port

pytestmark = pytest.mark.slow

BEGIN = """
import asyncio, os, signal, sys
from adapters.wakeups.bell import Bell
from adapters.streams.feed import Feed
from adapters.streams import worker
from adapters.streams.worker import Slots, run, worker_app

def app():
    return worker_app(sys.argv[1], Slots(Bell()), Feed(None, appended=Bell()), session=10)

def told_to_stop():
    told = app()
    begin = told.on_first_start

    async def stop_and_begin():
        os.kill(os.getpid(), signal.SIGTERM)
        await begin()

    told.on_first_start = stop_and_begin
    return told

def that_cannot_stop():
    worker.LEAVING = 0.1
    told = told_to_stop()

    async def wait():
        await asyncio.Future()

    told.stop = wait
    return told
"""


def began(last_line: str) -> tuple[int, str]:
    """Let a process begin without a broker; return its exit code and what it prints."""
    command = [sys.executable, "-c", BEGIN + last_line, f"127.0.0.1:{free_port()}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return ended.returncode, ended.stdout


def test_faust_gives_up_without_a_broker_and_can_begin_again() -> None:
    assert began("print(run(app()), run(app()))") == (0, "None None\n")


def test_who_is_told_to_stop_in_that_moment_stops() -> None:
    assert began("print(run(told_to_stop()))") == (0, "")


def test_whatever_it_waits_for_then_it_stops_before_long() -> None:
    assert began("run(that_cannot_stop())") == (0, "")
