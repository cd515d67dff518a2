"""What pytest does for us: note which lines each test runs, or run just the tests that are named.

It is loaded by `-p infra.mutants.plugin`, in processes of their own; nothing here is for other tests.
"""

import os
from collections.abc import Generator
from pathlib import Path
from typing import Final
from uuid import uuid4

import coverage
import msgspec
import pytest

from infra.mutants.sources import LAYERS
from infra.mutants.trace import Notes, Ran

WORKER: Final = "PYTEST_XDIST_WORKER"
"""What pytest-xdist calls its workers by in the environment."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Both name a place: a folder for what is noted, a file with the names of tests."""
    group = parser.getgroup("mutants")
    group.addoption("--note-into", type=Path, help="Note which lines each test runs.")
    group.addoption("--named-in", type=Path, help="Run just these tests, in this order.")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin to note, where asked for, before anything of ours is imported: with many workers, in each."""
    known = early_config.known_args_namespace
    is_controller = getattr(known, "numprocesses", None) and WORKER not in os.environ
    if known.note_into and not is_controller:
        root = early_config.rootpath
        early_config.pluginmanager.register(Tracer(Notes(known.note_into, root), root))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave only those that are named."""
    if file := config.getoption("named_in"):
        order = {name: n for n, name in enumerate(msgspec.json.decode(file.read_bytes()))}
        named = [item for item in items if item.nodeid in order]
        items[:] = sorted(named, key=lambda item: order[item.nodeid])


class Tracer:
    """Notes which lines the tests of a module run, and writes that down before the next begins. What
    traces is one and the same for all of them: threads that were there before know no other.
    """

    def __init__(self, notes: Notes, root: Path) -> None:
        self._notes = notes
        self._tests: dict[str, Ran] = {}
        self._name = uuid4().hex
        self._lines = coverage.Coverage(
            data_file=str(notes.lines(self._name)),
            include=[f"{root / folder}/*" for folder in (*LAYERS, "tests")],
            omit=[f"{root}/infra/mutants/*"],
            config_file=False,
            messages=False,
        )
        self._lines.set_option("run:relative_files", True)
        self._lines.set_option("run:disable_warnings", ["no-data-collected", "module-not-measured"])
        self._lines.start()

    def pytest_sessionfinish(self) -> None:
        """End with the last."""
        self._lines.stop()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """Have whatever runs now, in any thread, be of this test."""
        self._lines.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            if nextitem is None or nextitem.path != item.path:
                self._write(item.nodeid.partition("::")[0])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test takes as long as what is set up for it, too."""
        before = self._tests.get(report.nodeid, Ran(0.0, passed=True))
        seconds = before.seconds + report.duration
        self._tests[report.nodeid] = Ran(seconds, passed=before.passed and not report.failed)

    def _write(self, module: str) -> None:
        self._lines.save()
        self._notes.write(module, self._tests, self._name)
        self._tests = {}
