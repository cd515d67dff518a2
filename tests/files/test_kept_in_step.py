"""Bytes and the log are kept in step, whatever dies or comes at once: nothing is given that was not recorded,
what was not recorded is swept, and a business keeps no more than it may.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.clock import SettableClock
from application.files.keeping import Keeping
from application.files.store import StorageAwayError
from infra.composition import running_system
from infra.settings import Settings
from tests.conftest import MONDAY
from tests.files.pictures import PDF, picture
from tests.files.s3_server import Server, s3_server
from tests.files.sending import announced, client_of, put, send
from tests.files.storages import bucket_at
from tests.forked import FORKING
from tests.running import Running

pytestmark = pytest.mark.postgres


def files_in(folder: Path) -> list[str]:
    return [each.name for each in folder.rglob("*") if each.is_file()]


# --- Killed ---------------------------------------------------------------------------


def _send_and_die(dsn: str, settings: Settings, tenant: str, client: str, where: str) -> None:
    """Send a file in a process that is killed as soon as its bytes are there, or just before."""
    clock = SettableClock(MONDAY, stands=True)
    with (
        running_system(settings, dsn, clock=clock) as system,
        Running.of(system, clock, tenant) as running,
    ):
        files, put = running.system.files, running.system.files.bytes.put

        def die(*_: Any, **__: Any) -> Any:
            os.kill(os.getpid(), signal.SIGKILL)

        def put_and_die(*arguments: Any) -> None:
            put(*arguments)
            die()

        object.__setattr__(files.bytes, "put", {"before": die, "after": put_and_die}[where])
        send(running.http(), client, PDF)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["before", "after"])
def test_who_is_killed_between_the_bytes_and_the_log_leaves_nothing_that_is_given(
    running: Running, dsn: str, settings: Settings, tmp_path: Path, where: str
) -> None:
    http = running.http()
    client = client_of(http)
    process = FORKING.Process(
        target=_send_and_die, args=(dsn, settings, running.tenant, client, where)
    )
    process.start()
    process.join(60)
    running.settle()
    files = running.system.files
    before = (files_in(tmp_path / "files"), files.ledger.used(running.tenant))

    early = files.sweep()
    running.clock.set(running.clock() + timedelta(hours=2))
    swept = files.sweep()

    assert process.exitcode == -signal.SIGKILL
    assert (len(before[0]), before[1]) == ({"before": 0, "after": 1}[where], len(PDF))
    assert http.get(f"/v1/files?owner_id={client}").json()["data"] == []
    assert (early, swept) == (0, 1)
    assert files_in(tmp_path / "files") == []
    assert files.ledger.used(running.tenant) == 0


def test_what_was_recorded_is_not_swept(running: Running, tmp_path: Path) -> None:
    http = running.http()
    sent = send(http, client_of(http), PDF).json()
    running.clock.set(running.clock() + timedelta(days=1))

    assert [running.system.files.sweep() for _ in range(2)] == [0, 0]
    running.settle()
    assert http.get(f"/v1/files/{sent['id']}").json()["status"] == "ready"
    assert running.system.files.ledger.unsettled(running.clock()) == []


def test_who_sweeps_by_a_clock_that_is_ahead_takes_nothing_from_who_is_about_to_record_it(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    http = running.http()
    client, files = client_of(http), running.system.files
    put = files.bytes.put

    def sweep_next(*arguments: Any) -> None:
        put(*arguments)
        monkeypatch.undo()
        running.clock.set(running.clock() + timedelta(days=1))
        assert files.sweep() == 1

    monkeypatch.setattr(files.bytes, "put", sweep_next)
    refused, again = send(http, client, PDF), send(http, client, PDF)

    assert (refused.status_code, refused.json()["code"]) == (409, "file-id-taken")
    assert again.status_code == 201
    assert len(files_in(tmp_path / "files")) == 1
    assert files.ledger.used(running.tenant) == len(PDF)


def test_who_dies_while_pictures_are_made_makes_them_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    http = running.http()
    sent = send(http, client_of(http), picture()).json()
    put = running.system.files.bytes.put

    def break_off(*arguments: Any) -> None:
        put(*arguments)
        raise ConnectionError

    monkeypatch.setattr(running.system.files.bytes, "put", break_off)
    running.settle()
    meanwhile = http.get(sent["url"], follow_redirects=False).status_code
    monkeypatch.undo()
    running.system.walk(running.clock() + timedelta(hours=1))

    assert meanwhile == 409
    assert http.get(f"/v1/files/{sent['id']}").json()["status"] == "ready"


def test_who_is_erased_while_pictures_are_made_leaves_none(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    http = running.http()
    client = client_of(http)
    send(http, client, picture())
    put = running.system.files.bytes.put

    def erase_first(*arguments: Any) -> None:
        monkeypatch.undo()
        assert http.delete(f"/v1/clients/{client}/personal-data").is_success
        put(*arguments)

    monkeypatch.setattr(running.system.files.bytes, "put", erase_first)
    running.settle()

    assert files_in(tmp_path / "files") == []
    assert running.system.files.ledger.used(running.tenant) == 0


def test_an_address_that_was_told_outlives_nobody_who_is_erased(
    running: Running, tmp_path: Path
) -> None:
    http = running.http()
    client = client_of(http)
    to = announced(http, client, PDF).json()
    http.delete(f"/v1/clients/{client}/personal-data")
    running.settle()

    late = put(http, to, PDF)

    assert (late.status_code, late.json()["code"]) == (410, "file-is-gone")
    assert files_in(tmp_path / "files") == []


def test_what_is_put_once_more_when_it_was_taken_in_is_not_kept_twice(
    running: Running, tmp_path: Path
) -> None:
    http = running.http()
    said = announced(http, client_of(http), PDF)
    put(http, said.json(), PDF)
    http.post(f"{said.headers['location']}/completion")

    again = put(http, said.json(), PDF)

    assert again.status_code == 204
    assert len(files_in(tmp_path / "files")) == 1


@pytest.mark.parametrize("step", ["put", "completed"])
def test_who_is_erased_while_bytes_come_leaves_none(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    http = running.http()
    client = client_of(http)
    said = announced(http, client, PDF)
    if step == "completed":
        put(http, said.json(), PDF)
    put_there = running.system.files.bytes.put

    def erase_first(*arguments: Any) -> None:
        monkeypatch.undo()
        assert http.delete(f"/v1/clients/{client}/personal-data").is_success
        running.settle()
        put_there(*arguments)

    monkeypatch.setattr(running.system.files.bytes, "put", erase_first)
    if step == "completed":
        answer = http.post(f"{said.headers['location']}/completion")
    else:
        answer = put(http, said.json(), PDF)

    assert not answer.is_success
    assert files_in(tmp_path / "files") == []
    assert running.system.files.ledger.used(running.tenant) == 0


def test_what_is_removed_while_it_is_taken_in_leaves_nothing(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    http = running.http()
    said = announced(http, client_of(http), PDF)
    put(http, said.json(), PDF)
    put_there = running.system.files.bytes.put

    def remove_first(*arguments: Any) -> None:
        monkeypatch.undo()
        assert http.delete(said.headers["location"]).is_success
        running.settle()
        put_there(*arguments)

    monkeypatch.setattr(running.system.files.bytes, "put", remove_first)
    answer = http.post(f"{said.headers['location']}/completion")

    assert (answer.status_code, answer.json()["status"]) == (200, "refused")
    assert files_in(tmp_path / "files") == []


# --- At once --------------------------------------------------------------------------


@pytest.fixture
def small(dsn: str, clock: SettableClock, settings: Settings) -> Iterator[Running]:
    """A system in which a business keeps what fits into four such files."""
    known = settings.model_copy(update={"files_most_bytes": 4 * len(PDF)})
    with running_system(known, dsn, clock=clock) as system, Running.of(system, clock) as running:
        yield running


def test_a_business_keeps_no_more_than_it_may_however_much_comes_at_once(
    small: Running, tmp_path: Path
) -> None:
    http = small.http()
    client = client_of(http)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: send(http, client, PDF), range(12)))

    kept = [each for each in answers if each.status_code == 201]
    refused = [each.json() for each in answers if each.status_code == 413]
    assert (len(kept), len(refused)) == (4, 8)
    assert {(each["code"], each["most_bytes"]) for each in refused} == {
        ("storage-is-full", 4 * len(PDF))
    }
    assert len(files_in(tmp_path / "files")) == 4


def test_what_is_announced_takes_its_room_at_once(small: Running) -> None:
    http = small.http()
    client = client_of(http)

    answers = [announced(http, client, PDF + bytes([n])) for n in range(4)]

    assert [each.status_code for each in answers] == [201, 201, 201, 413]
    assert answers[-1].json()["code"] == "storage-is-full"


def test_room_is_there_again_when_something_is_gone_for_good(small: Running) -> None:
    http = small.http()
    client = client_of(http)
    first, *_ = [send(http, client, PDF) for _ in range(4)]
    full = send(http, client, PDF)
    http.delete(first.headers["location"])
    removed = send(http, client, PDF)

    small.system.walk(small.clock() + timedelta(days=31))

    assert [each.status_code for each in (full, removed)] == [413, 413]
    assert send(http, client, PDF).status_code == 201


def test_what_is_refused_takes_no_room(small: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    http = small.http()
    client = client_of(http)
    keep = Keeping.receive

    def erase_first(self: Keeping, *arguments: Any) -> Any:
        assert http.delete(f"/v1/clients/{client}/personal-data").is_success
        return keep(self, *arguments)

    monkeypatch.setattr(Keeping, "receive", erase_first)
    refused = send(http, client, PDF)

    assert (refused.status_code, refused.json()["code"]) == (404, "owner-not-found")
    assert small.system.files.ledger.used(small.tenant) == 0


# --- Away -----------------------------------------------------------------------------


@pytest.fixture
def s3() -> Iterator[Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def in_s3(s3: Server, dsn: str, clock: SettableClock, settings: Settings) -> Iterator[Running]:
    known = settings.model_copy(update=bucket_at(s3.url))
    with running_system(known, dsn, clock=clock) as system, Running.of(system, clock) as running:
        yield running


def test_while_the_storage_is_away_it_is_said_and_later_all_is_done(
    in_s3: Running, s3: Server
) -> None:
    http = in_s3.http()
    client = client_of(http)
    sent = send(http, client, picture())
    s3.away = True
    refused = send(http, client, picture())
    erased = http.delete(f"/v1/clients/{client}/personal-data")
    in_s3.settle()
    s3.away = False
    in_s3.system.walk(in_s3.clock() + timedelta(hours=3))
    in_s3.system.files.sweep()

    assert sent.status_code == 201
    assert (refused.status_code, refused.json()["code"]) == (503, "storage-is-away")
    assert erased.status_code == 202
    assert s3.objects == {}
    assert in_s3.system.files.ledger.used(in_s3.tenant) == 0


def test_who_has_the_wrong_secret_is_refused_and_says_no_secret(
    s3: Server, settings: Settings
) -> None:
    from infra.composition.resources import bytes_of

    wrong = {**bucket_at(s3.url), "files_s3_secret": "another secret that is as long as it is"}
    there = bytes_of(settings.model_copy(update=wrong))

    with pytest.raises(StorageAwayError) as refused:
        there.put("private/a/b/c.pdf", PDF, "application/pdf")

    assert str(refused.value) == "put_object: SignatureDoesNotMatch"
    assert s3.objects == {}
