"""The embedded server is trusted with everything ever recorded, so it is killed here in every way."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.servers import postgres
from infra.servers.postgres import PostgresUnavailable, Server, home, running
from tests.waiting import until

pytestmark = pytest.mark.postgres

OWNER = """
import sys, time
from pathlib import Path
from infra.servers.postgres import running

with running(Path(sys.argv[1])) as server:
    print(server.dsn("postgres"), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """Not pytest's own directory, which root keeps from whom PostgreSQL then runs as."""
    directory = Path(tempfile.mkdtemp(prefix="frontdesk-test-"))
    directory.chmod(0o755)
    yield directory / "data"
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    with postgres.running_throwaway() as server:
        yield server


@pytest.fixture
def owner(data: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", OWNER, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()
        until(lambda: not processes_in(data))


# --- Stopping, crashing, coming back -----------------------------------------------------


def test_data_and_address_outlive_a_stop(data: Path) -> None:
    with running(data) as server:
        before = server.dsn("postgres")
        write_down(before, "remember me")

    with running(data) as server:
        after = server.dsn("postgres")
        found = what_is_written(after)

    assert found == ["remember me"]
    assert after == before
    assert processes_in(data) == set()


def test_a_killed_owner_takes_its_server_along_and_loses_nothing(
    data: Path, owner: subprocess.Popen[str]
) -> None:
    write_down(first_line(owner), "remember me")

    owner.kill()

    until(lambda: not processes_in(data))
    with running(data) as server:
        assert what_is_written(server.dsn("postgres")) == ["remember me"]


def test_the_next_owner_waits_until_the_last_one_s_server_has_left(
    data: Path, owner: subprocess.Popen[str]
) -> None:
    write_down(first_line(owner), "remember me")

    owner.kill()
    owner.wait()

    with running(data) as server:
        assert what_is_written(server.dsn("postgres")) == ["remember me"]


def test_what_killed_owners_left_is_removed_unless_somebody_has_it(data: Path) -> None:
    left, held = (data.parent / f"frontdesk-{name}" / "data.lock" for name in ("left", "held"))
    for lock in (left, held):
        lock.parent.mkdir()
        lock.touch()

    with held.open() as lock_of_somebody:
        fcntl.flock(lock_of_somebody, fcntl.LOCK_EX)
        postgres.remove_left_behind(data.parent)
        assert left.exists(), "it is not old enough"
        postgres.remove_left_behind(data.parent, seconds=0)

    assert held.exists()
    assert not left.parent.exists()


def test_a_killed_server_recovers(data: Path) -> None:
    with running(data) as server:
        write_down(server.dsn("postgres"), "remember me")
        os.kill(postmaster(data), signal.SIGKILL)

    with running(data) as server:
        assert what_is_written(server.dsn("postgres")) == ["remember me"]


def test_a_kill_while_data_are_first_laid_out_leaves_nothing_in_the_way(
    data: Path, owner: subprocess.Popen[str]
) -> None:
    until((data.with_name("data.unfinished") / "PG_VERSION").exists)
    owner.kill()
    owner.wait()
    assert not data.exists()

    with running(data) as server:
        assert what_is_written(server.dsn("postgres")) == []


def test_a_pid_that_now_belongs_to_another_program_is_no_hindrance(data: Path) -> None:
    with running(data):
        stale = (data / "postmaster.pid").read_text().partition("\n")[2]
    # PostgreSQL minds only programs of its own user.
    with subprocess.Popen(["sleep", "60"], user=data.stat().st_uid) as stranger:
        (data / "postmaster.pid").write_text(f"{stranger.pid}\n{stale}")

        with running(data) as server:
            assert what_is_written(server.dsn("postgres")) == []

        assert stranger.poll() is None
        stranger.kill()


def test_ctrl_c_is_for_the_owner_alone(data: Path) -> None:
    with running(data):
        assert os.getpgid(postmaster(data)) != os.getpgid(0)


# --- One owner, and plain words ----------------------------------------------------------


def test_a_second_owner_is_told_who_the_first_is(data: Path) -> None:
    with (
        running(data),
        pytest.raises(PostgresUnavailable, match=f"in use by process {os.getpid()}"),
        running(data),
    ):
        pass


def test_a_server_that_does_not_start_says_why(data: Path) -> None:
    with (
        pytest.raises(PostgresUnavailable, match='invalid value for parameter "shared_buffers"'),
        running(data, settings={"shared_buffers": "a lot"}),
    ):
        pass


def test_other_people_s_files_are_left_alone(data: Path) -> None:
    data.mkdir()
    (data / "diary").write_text("Dear diary")

    with pytest.raises(PostgresUnavailable, match="no PostgreSQL data"), running(data):
        pass

    assert [file.name for file in data.iterdir()] == ["diary"]


def test_an_empty_directory_will_do(data: Path) -> None:
    data.mkdir()

    with running(data) as server:
        assert server.data == data


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_data_that_nobody_can_reach_are_kept_elsewhere_and_it_is_said_where(data: Path) -> None:
    data.parent.chmod(0o700)

    with running(data) as server:
        assert not data.exists()
        assert server.note is not None
        assert f"cannot reach {data}: data are in {server.data}" in server.note

    shutil.rmtree(server.data.parent)


def test_copied_binaries_find_their_libraries(data: Path) -> None:
    original = home.binaries()

    copy = home._copy_wheel(original, data.parent / "copy")

    initdb = copy / original.relative_to(original.parents[2]) / "initdb"
    account = "nobody" if os.geteuid() == 0 else None
    assert "18" in subprocess.check_output([initdb, "--version"], text=True, user=account)


# --- Who gets in -------------------------------------------------------------------------


def test_nobody_gets_in_with_a_wrong_password(shared: Server) -> None:
    wrong = shared.dsn("postgres").replace(shared.password, "guess")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_nobody_else_may_read_the_password(shared: Server) -> None:
    file = shared.data.with_name("data.password")

    assert file.read_text().strip() == shared.password
    assert file.stat().st_mode & 0o777 == 0o600


def test_data_restored_without_their_password_get_a_new_one(data: Path) -> None:
    with running(data) as server:
        write_down(server.dsn("postgres"), "remember me")
    data.with_name("data.password").unlink()

    with running(data) as restored:
        assert restored.password != server.password
        assert what_is_written(restored.dsn("postgres")) == ["remember me"]


# --- Databases ---------------------------------------------------------------------------


def test_a_database_can_be_a_copy_of_another(shared: Server) -> None:
    postgres.create_database(shared, "original")
    write_down(shared.dsn("original"), "remember me")

    postgres.create_database(shared, "copy", template="original")

    assert what_is_written(shared.dsn("copy")) == ["remember me"]


def test_ensuring_a_database_twice_changes_nothing(shared: Server) -> None:
    postgres.ensure_database(shared, "ensured")
    write_down(shared.dsn("ensured"), "remember me")

    postgres.ensure_database(shared, "ensured")

    assert what_is_written(shared.dsn("ensured")) == ["remember me"]


def test_a_dropped_database_is_gone_whoever_was_connected(shared: Server) -> None:
    postgres.create_database(shared, "dropped")

    with psycopg.connect(shared.dsn("dropped")):
        postgres.drop_database(shared, "dropped")

    assert "dropped" not in postgres.databases(shared)


# --- In other words ----------------------------------------------------------------------


def write_down(dsn: str, words: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE notes (words text)")
        connection.execute("INSERT INTO notes VALUES (%s)", (words,))


def what_is_written(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        if connection.execute("SELECT to_regclass('notes')").fetchone() == (None,):
            return []
        return [words for (words,) in connection.execute("SELECT words FROM notes")]


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().partition("\n")[0])


def processes_in(data: Path) -> set[int]:
    return {int(pid.name) for pid in Path("/proc").glob("[0-9]*") if working_directory(pid) == data}


def working_directory(process: Path) -> Path | None:
    try:
        return (process / "cwd").readlink()
    except OSError:
        return None
