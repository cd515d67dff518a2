"""Should the interpreter itself crash, whoever reads the logs learns where; and what is known to make it
crash is not done unless it is asked for.
"""

import signal
from pathlib import Path

import pytest

from adapters.postgres import LIMITS, connected, conninfo
from tests.streams.programs import company
from tests.waiting import until

pytestmark = [pytest.mark.postgres]


def test_a_process_that_crashes_says_where(dsn: str, tmp_path: Path) -> None:
    with company(dsn, "127.0.0.1:1", tmp_path) as staff:
        work = staff.begin("work")
        until(lambda: "working" in work.said)
        work.process.send_signal(signal.SIGSEGV)
        assert work.process.wait(30) == -signal.SIGSEGV
        assert "Segmentation fault" in work.said
        assert "infra/cli/running.py" in work.said


@pytest.mark.parametrize(("said", "meant"), [(None, "disable"), ("prefer", "prefer")])
def test_no_connection_asks_for_kerberos_unless_it_is_told_to(
    dsn: str, said: str | None, meant: str
) -> None:
    """Its library has crashed others' processes whose threads connect at once (psycopg, issue 1213)."""
    address = f"{dsn}?gssencmode={said}" if said else dsn
    with connected(conninfo(address), None, "test", LIMITS.work) as session:
        ways = {option.keyword: option.val for option in session.pgconn.info}
        assert ways[b"gssencmode"] == meant.encode()


def test_what_the_environment_says_of_kerberos_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGGSSENCMODE", "require")
    assert "gssencmode=require" in conninfo("postgresql://host/name")
