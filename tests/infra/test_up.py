"""One command runs it all; however it ends, nothing is left behind and everything is still there."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from tests.forked import Forked, Talk, talking

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(180)]

SECONDS = 60


class Desk:
    """A started `frontdesk up` with its own embedded PostgreSQL."""

    def __init__(self, talk: Talk) -> None:
        self.process = talk.process
        self.says = talk.stdout
        self.address = address_in(self.says)
        self.seen = ""

    def post(self, path: str, body: Any, token: str = "") -> Any:
        """Post JSON; return the answer's."""
        request = urllib.request.Request(
            self.address + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request) as answer:
            self.seen = answer.headers.get("Consistency-Token", "")
            return json.load(answer)

    def log_in(self) -> str:
        """Log in as the owner of the demonstration's salon."""
        owner = {"email": "ana@salon.example", "password": "try-it-out-today"}
        return str(self.post("/v1/auth/login", owner)["access_token"])

    def names(self, seen: str = "") -> set[str]:
        """Return the names of all services, those of the write that gave the token `seen` at least."""
        headers = {"Authorization": f"Bearer {self.log_in()}"}
        if seen:
            headers["Consistency-Token"] = seen
        request = urllib.request.Request(f"{self.address}/v1/services", headers=headers)
        with urllib.request.urlopen(request) as answer:
            return {service["name"] for service in json.load(answer)["data"]}

    def postmaster(self) -> int:
        """Return the process that PostgreSQL is."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        pids = [int(pid) for file in children for pid in file.read_text().split()]
        return next(pid for pid in pids if _name(pid) == "postgres")


@contextmanager
def reachable() -> Iterator[Path]:
    """Make a folder that the unprivileged can reach, as a checkout is."""
    made = Path(tempfile.mkdtemp(prefix="frontdesk-up-"))
    made.chmod(0o755)
    yield made
    assert gone(made)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def filled() -> Iterator[Path]:
    """What is there after the first start, of which each test has its own."""
    with reachable() as folder:
        command = [sys.executable, "-m", "infra.cli", "up"]
        with subprocess.Popen(
            command, env=environment(), cwd=folder, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            address_in(process.stdout)
            process.send_signal(signal.SIGINT)
            assert process.wait(SECONDS) == 0
        yield folder


@pytest.fixture
def folder(filled: Path) -> Iterator[Path]:
    with reachable() as made:
        subprocess.run(
            ["cp", "-a", f"{filled}/.", made], check=True
        )  # with whom each file belongs to
        yield made


@contextmanager
def up(folder: Path, **settings: str) -> Iterator[Desk]:
    """Run `frontdesk up` in a folder."""
    with talking("infra.cli", "up", environment=environment(**settings), folder=folder) as talk:
        yield Desk(talk)


def environment(**settings: str) -> dict[str, str]:
    others = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    return {**others, "PYTHONPATH": str(Path.cwd()), "PORT": "0", **settings}


def address_in(said: IO[str]) -> str:
    """Wait until it says where it answers."""
    line = next(line for line in said if " API " in line)
    return line.split()[1].removesuffix("/v1")


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def gone(folder: Path) -> bool:
    """Wait until no process has this folder in its command line, or works in it."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if not any(_is_of(process, str(folder)) for process in Path("/proc").glob("[0-9]*")):
            return True
        time.sleep(0.05)
    return False


def _is_of(process: Path, folder: str) -> bool:
    try:
        line = (process / "cmdline").read_bytes().decode(errors="replace")
        return folder in line or str((process / "cwd").readlink()).startswith(folder)
    except OSError:
        return False


def test_ctrl_c_stops_everything_and_the_next_start_finds_everything(folder: Path) -> None:
    with up(folder) as desk:
        body = {"name": "Permanente", "duration_minutes": 120}
        desk.post("/v1/services", body, desk.log_in())
        written = desk.seen
        desk.process.send_signal(signal.SIGINT)
        assert desk.process.wait(SECONDS) == 0
        assert gone(folder)

    with up(folder) as desk:
        assert {"Permanente", "Coupe"} <= desk.names(written)


def test_killed_at_once_it_leaves_nothing_behind_and_loses_nothing(folder: Path) -> None:
    with up(folder) as desk:
        body = {"name": "Permanente", "duration_minutes": 120}
        desk.post("/v1/services", body, desk.log_in())
        written = desk.seen
        desk.process.kill()
        desk.process.wait()
        assert gone(folder)

    with up(folder) as desk:
        assert {"Permanente", "Coupe"} <= desk.names(written)


def test_when_postgresql_is_killed_it_says_so_and_stops(folder: Path) -> None:
    with up(folder) as desk:
        os.kill(desk.postmaster(), signal.SIGKILL)
        said = desk.says.read()
        desk.process.wait(SECONDS)

    assert "PostgreSQL has ended" in said
    assert gone(folder)
    with up(folder) as desk:
        assert "Coupe" in desk.names()


def test_a_port_in_use_is_said_plainly(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused(folder, "up", "--port", port)

    assert port in said
    assert "Another program listens on this port" in said


def test_a_wrong_setting_is_said_plainly(folder: Path) -> None:
    said = refused(folder, "up", FRONTDESK_MODE="production")

    assert "SECRET_KEYS: set one of 32 characters or more" in said


def test_a_host_that_is_not_of_this_machine_is_said_plainly(folder: Path) -> None:
    said = refused(folder, "up", HOST="192.0.2.1")

    assert "192.0.2.1" in said
    assert "see HOST and PORT" in said


def test_what_only_looks_makes_no_database(tmp_path: Path) -> None:
    said = refused(tmp_path, "verify", DATA_DIR=str(tmp_path / "none"))

    assert "There is no database yet" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("heads", ["", "{}", "[1]", '{"salon": 1}'])
def test_heads_that_say_nothing_do_not_pass_for_a_check(folder: Path, heads: str) -> None:
    (folder / "heads.json").write_text(heads)

    said = refused(folder, "verify", "--heads", "heads.json")

    assert "heads.json" in said
    assert "--keep-heads" in said


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    assert "/nowhere/heads.json: No such file" in refused(
        folder, "verify", "--keep-heads", "/nowhere/heads.json"
    )


def refused(folder: Path, *command: str, **settings: str) -> str:
    """Return what a command says that ends with 1; never a stack trace."""
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as complained:
        ended = Forked(
            "infra.cli",
            *command,
            environment={**os.environ, **settings},
            ends=(printed, printed, complained),
            folder=folder,
        )
        assert ended.wait(SECONDS) == 1
        complained.seek(0)
        said = complained.read()
    assert "Traceback" not in said
    return said
