"""Pages that speak Pusher's protocol listen here with the very client that they have."""

import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from api.feed.hub import Hub
from api.feed.listener import Stopping
from tests.conversations.threads.conversing import Person, client, colleague
from tests.http.sockets import served
from tests.running import Running

pytestmark = [pytest.mark.generated, pytest.mark.postgres, pytest.mark.timeout(120)]

HERE: Final = Path(__file__).parent
HEARD: Final = """\
there 1 true
came false there 2 2
types {"typing":true}
writes true
said Bonjour Zoé
said Bonjour Zoé
signed in true
a device gone 0
both gone 1 there 1
cut
again Still here?
refused 403
strange 4009
"""


def test_pusher_js_listens(running: Running) -> None:
    ana, zoe, other = colleague(running), client(running), client(running, "Max Muster")
    thread = ana.opens(zoe)
    people = {"ANA": token(ana), "ZOE": token(zoe), "MAX": token(other), "THREAD": thread["id"]}
    with served(running.app) as port:
        around = {**os.environ, **people, "DESK": f"http://127.0.0.1:{port}"}
        said = []
        with subprocess.Popen(
            ["node", "listening.mjs"],
            cwd=HERE,
            env=around,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as node:
            assert node.stdout is not None
            assert node.stdin is not None
            for line in node.stdout:
                said.append(line)
                if line == "cut\n":
                    cut(running.app.state.hub)
                    print("done", file=node.stdin, flush=True)
    assert "".join(said) == HEARD


def token(person: Person) -> str:
    return person.http.headers["authorization"].removeprefix("Bearer ")


def cut(hub: Hub) -> None:
    """End everybody as a process that stops does."""
    [listener] = hub.listeners
    assert listener.writer is not None
    listener.writer.get_loop().call_soon_threadsafe(listener.end, Stopping())
