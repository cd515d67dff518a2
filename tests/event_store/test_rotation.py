"""A master key can be given up: what it wrapped is wrapped by another, and nothing is lost."""

import base64
from collections.abc import Iterator
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from adapters.event_store import rotation
from adapters.event_store.personal_data import MasterKeys, UnknownMasterKeyError
from adapters.event_store.rotation import rotate
from adapters.event_store.verify import verify
from application.ports import NotReadableHere
from infra.cli import app
from tests.event_store.examples import MASTER_KEY, Describe, Forget, Log, opened

pytestmark = pytest.mark.postgres

NEW: Final = b"another master key of 32 bytes!!"
BOTH: Final = MasterKeys([NEW, MASTER_KEY])
LOOKS: Final = {f"guest-{n}": f"scar number {n}" for n in range(7)}


@pytest.fixture
def line(log: Log) -> Iterator[Any]:
    """The connection of an operator, on a log that knows some people."""
    for stream, looks in LOOKS.items():
        log.order(Describe(stream=stream, looks=looks))
    with log.database.as_worker() as line:
        yield line


def told(_: int, __: int) -> None:
    """Nobody listens."""


def seen_with(dsn: str, key: bytes) -> dict[str, tuple[str, ...]]:
    """Read everybody in a process that knows no other master key."""
    with opened(dsn, master_key=key) as log:
        return {stream: log.state(stream) for stream in LOOKS}


def test_afterwards_the_new_master_key_alone_reads_everything(dsn: str, line: Any) -> None:
    assert rotate(line, BOTH, told, page=3) == 7

    assert seen_with(dsn, NEW) == {stream: (looks,) for stream, looks in LOOKS.items()}
    assert verify(line, master_keys=MasterKeys([NEW])).findings == []
    with pytest.raises(NotReadableHere):
        seen_with(dsn, MASTER_KEY)


def test_what_is_wrapped_anew_is_not_wrapped_again(line: Any) -> None:
    rotate(line, BOTH, told)
    before = line.execute("SELECT * FROM log.keys ORDER BY stream").fetchall()

    assert rotate(line, BOTH, told) == 0
    assert line.execute("SELECT * FROM log.keys ORDER BY stream").fetchall() == before


def test_it_says_how_far_it_is(line: Any) -> None:
    heard: list[tuple[int, int]] = []

    rotate(line, BOTH, lambda *far: heard.append(far), page=3)

    assert heard == [(3, 7), (6, 7), (7, 7)]


def test_who_was_forgotten_stays_forgotten(dsn: str, log: Log, line: Any) -> None:
    log.order(Forget(streams=("guest-3",)))

    assert rotate(line, BOTH, told) == 6
    assert seen_with(dsn, NEW)["guest-3"] == ("[erased]", "forgotten")


def test_who_is_forgotten_in_the_middle_of_it_stays_forgotten(
    log: Log, line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrap = rotation._wrap

    def forget_first(*arguments: Any) -> int:
        log.order(Forget(streams=("guest-3",)))
        return wrap(*arguments)

    monkeypatch.setattr(rotation, "_wrap", forget_first)

    assert rotate(line, BOTH, told) == 6
    found = line.execute("SELECT wrapped FROM log.keys WHERE stream = 'guest-3'").fetchall()
    assert found == [(None,)]


def test_without_the_old_master_key_it_is_refused_and_nothing_changes(dsn: str, line: Any) -> None:
    with pytest.raises(UnknownMasterKeyError):
        rotate(line, MasterKeys([NEW]), told)

    assert seen_with(dsn, MASTER_KEY)["guest-0"] == (LOOKS["guest-0"],)


def test_whoever_has_read_a_key_before_goes_on_with_it(log: Log, line: Any) -> None:
    rotate(line, BOTH, told)

    log.order(Describe(stream="guest-1", looks="no scar at all"))

    assert verify(line, master_keys=MasterKeys([NEW])).findings == []


def ordered(dsn: str, *ring: bytes) -> Result:
    """Order it as an operator does."""
    keys = ",".join(base64.b64encode(key).decode() for key in ring)
    environment = {"DATABASE_URL": dsn, "FRONTDESK_MODE": "demo", "MASTER_KEYS": keys}
    return CliRunner().invoke(app, ["rotate-keys"], env=environment)


def test_operators_are_told_how_many_keys_were_wrapped(dsn: str, line: Any) -> None:
    done = ordered(dsn, NEW, MASTER_KEY)

    assert done.stdout == "7 keys wrapped anew: all are wrapped by the first master key\n"
    assert rotate(line, BOTH, told) == 0


def test_operators_who_dropped_the_old_master_key_too_soon_are_told_so(dsn: str, line: Any) -> None:
    with pytest.raises(UnknownMasterKeyError):
        raise ordered(dsn, NEW).exception or AssertionError

    assert rotate(line, BOTH, told) == 7
