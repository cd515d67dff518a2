"""Where there is a scanner, nothing is given to anybody before it has said yes."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.clock import SettableClock
from adapters.files.clamd import Clamd, NotScannedError, ScannerAwayError, address_of, asked_of
from infra.composition import running_system
from infra.settings import Settings
from tests.files.pictures import PDF, picture
from tests.files.scanner import MOST, Scanner, eicar, scanner
from tests.files.sending import client_of, given, send
from tests.running import Running


@pytest.fixture
def clamd() -> Iterator[Scanner]:
    with scanner() as server:
        yield server


@pytest.fixture
def guarded(
    clamd: Scanner, dsn: str, clock: SettableClock, settings: Settings
) -> Iterator[Running]:
    """The system with a scanner."""
    known = settings.model_copy(update={"files_scanner": clamd.url})
    with (
        running_system(known, dsn, clock=clock) as system,
        Running.of(system, clock) as running,
    ):
        yield running


def test_what_is_sent_to_a_scanner_is_framed_to_the_byte() -> None:
    """As INSTREAM of clamd demands it: length, bytes, and a length of nothing at the end."""
    ours, theirs = socket.socketpair()
    theirs.sendall(b"stream: OK\0")

    with ours, theirs:
        assert asked_of(ours, b"some bytes") == b"stream: OK"
        ours.shutdown(socket.SHUT_WR)
        assert theirs.makefile("rb").read() == b"zINSTREAM\0\0\0\0\x0asome bytes\0\0\0\0"


@pytest.mark.postgres
def test_what_is_infected_is_given_to_nobody_and_nothing_is_kept(
    guarded: Running, clamd: Scanner
) -> None:
    http = guarded.http()
    sent = send(http, client_of(http), PDF + eicar()).json()
    early = http.get(sent["url"], follow_redirects=False)
    guarded.settle()

    file = http.get(f"/v1/files/{sent['id']}").json()
    assert early.status_code == 409
    assert (file["status"], file["why"]) == ("refused", "infected")
    assert http.get(sent["url"], follow_redirects=False).status_code == 409
    assert guarded.system.files.ledger.used(guarded.tenant) == 0
    assert clamd.seen == [PDF + eicar()]


@pytest.mark.postgres
def test_while_the_scanner_is_away_nothing_is_given_and_then_all_is(
    guarded: Running, clamd: Scanner
) -> None:
    http = guarded.http()
    clamd.silent = True
    sent = send(http, client_of(http), picture()).json()
    guarded.settle()
    meanwhile = http.get(sent["url"], follow_redirects=False)

    clamd.silent = False
    guarded.system.walk(guarded.clock() + timedelta(hours=1))

    assert (meanwhile.status_code, meanwhile.json()["code"]) == (409, "file-not-ready")
    assert given(http, sent["url"]).status_code == 200


def test_what_is_too_large_for_the_scanner_is_not_called_clean(clamd: Scanner) -> None:
    with pytest.raises((NotScannedError, ScannerAwayError)):
        Clamd(address_of(clamd.url))(bytes(MOST * 3))


@pytest.mark.parametrize("answer", [b"", b"stream: ", b"UNKNOWN COMMAND\0", b"stream: OK", b"OK\0"])
def test_whatever_else_it_says_is_no_yes(answer: bytes) -> None:
    if answer == b"stream: OK":
        answer = b"stream: OKAY\0"
    with socket.create_server(("127.0.0.1", 0)) as server:

        def say() -> None:
            connection, _ = server.accept()
            with connection:
                while not connection.recv(65_536).endswith(bytes(4)):
                    pass
                connection.sendall(answer)

        thread = threading.Thread(target=say)
        thread.start()
        with pytest.raises((NotScannedError, ScannerAwayError)):
            Clamd(address_of(f"tcp://127.0.0.1:{server.getsockname()[1]}"))(b"abc")
        thread.join()


def test_it_is_reached_by_a_socket_of_this_machine_too(tmp_path: Path) -> None:
    with pytest.raises(ScannerAwayError):
        Clamd(address_of(f"unix://{tmp_path}/clamd.sock"))(b"abc")


@pytest.mark.parametrize(
    "url", ["", "clamd", "http://127.0.0.1:3310", "tcp://127.0.0.1", "unix://"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"tcp://127\.0\.0\.1:3310"):
        address_of(url)
