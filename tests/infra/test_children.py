"""Servers of ours are watched, ended for certain, and say why when they do not start."""

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from infra.servers.children import Child, Program, ServerUnavailable

OWNER = """
import signal, sys, time
from pathlib import Path
from infra.servers.children import Child, Program

here = Path(sys.argv[1])
stubborn = ["/bin/sh", "-c", "trap '' TERM; touch ready; exec sleep 600"]
ready = (here / "ready").exists
child = Child(Program("stubborn", stubborn, here, ready, dies_by=signal.SIGKILL))
child.start()
print(child.process.pid, flush=True)
time.sleep(600)
"""


def child(directory: Path, script: str, *, died: threading.Event | None = None) -> Child:
    """Return one that is ready as soon as its script has touched the file `ready`."""
    program = Program(
        name="a server",
        command=["/bin/sh", "-c", script],
        directory=directory,
        answers=(directory / "ready").exists,
    )
    return Child(program, died.set if died else None)


def test_one_that_dies_by_itself_is_noticed(tmp_path: Path) -> None:
    died = threading.Event()
    server = child(tmp_path, "touch ready; exec sleep 60", died=died)
    server.start()

    os.kill(server.process.pid, signal.SIGKILL)

    assert died.wait(timeout=30)


@pytest.mark.parametrize("end", [Child.stop, Child.kill])
def test_one_that_was_told_to_end_is_not_mourned(tmp_path: Path, end) -> None:
    died = threading.Event()
    server = child(tmp_path, "touch ready; exec sleep 60", died=died)
    server.start()

    end(server)

    assert not Path(f"/proc/{server.process.pid}").exists()
    for watcher in [t for t in threading.enumerate() if t.name == "a server"]:
        watcher.join()
    assert not died.is_set()


def test_one_that_will_not_listen_is_killed(tmp_path: Path) -> None:
    server = child(tmp_path, "trap '' TERM; touch ready; exec sleep 60")
    server.start()

    server.stop(patience=0.05)

    assert server.process.returncode == -signal.SIGKILL


def test_one_that_does_not_start_says_why(tmp_path: Path) -> None:
    server = child(tmp_path, "echo no disk; exit 1")

    with pytest.raises(ServerUnavailable, match=r"a server did not start\.\nno disk"):
        server.start()


def test_ctrl_c_is_for_the_owner_alone(tmp_path: Path) -> None:
    server = child(tmp_path, "touch ready; exec sleep 60")
    server.start()

    assert os.getpgid(server.process.pid) != os.getpgid(0)

    server.stop()


def test_one_that_will_not_listen_goes_all_the_same_when_its_owner_is_killed(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        end = os.pidfd_open(pid)

        owner.kill()

        ended, _, _ = select.select([end], [], [], 30)
        os.close(end)
    assert ended
