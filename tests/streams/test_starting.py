"""A worker whose broker goes in the moment when it begins waits for it, like any other."""

import subprocess
import sys

import pytest

from infra.children import free_port

pytestmark = pytest.mark.slow

BEGIN = """
import sys
from functools import partial
from adapters.bell import Bell
from adapters.streams.feed import Feed
from adapters.streams.worker import Slots, worker_app
from infra.cli.streaming import run_faust

app = partial(worker_app, sys.argv[1], Slots(Bell()), Feed(None, appended=Bell()))
print(run_faust(app()), run_faust(app()))
"""


def test_faust_gives_up_without_a_broker_and_can_begin_again() -> None:
    nobody = f"127.0.0.1:{free_port()}"

    began = subprocess.run(
        [sys.executable, "-c", BEGIN, nobody], capture_output=True, text=True, check=False
    )

    assert (began.returncode, began.stdout) == (0, "None None\n"), began.stderr
