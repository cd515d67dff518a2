"""Which tests run a line? Noted once, by module of tests, with what every file was that they ran; only
what is something else by now is run again.
"""

import ast
import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import coverage
import msgspec

from infra.mutants.mutation import Mutation
from infra.mutants.sources import ROOT, sources


class Ran(NamedTuple):
    """How long a test took, and whether it passed: one that fails shows nothing."""

    seconds: float
    passed: bool


class Note(msgspec.Struct, frozen=True):
    """What the tests of one module are, what each file was that they ran, and where their lines are."""

    module: str
    lines: str
    tests: dict[str, Ran]
    files: dict[str, str]

    def is_fresh(self, root: Path) -> bool:
        """Whether everything they ran is still what it was."""
        return all(digest(root / name) == was for name, was in self.files.items())


FILES: Final = """
    SELECT DISTINCT path FROM line_bits JOIN file ON file.id = file_id
    JOIN context ON context.id = context_id WHERE context >= ? AND context < ?
"""
"""Of coverage.py's, whose tables are documented: it has no question of its own for it."""


class Notes:
    """A folder of them; beside them is which lines tests ran, of many modules in one file."""

    def __init__(self, folder: Path, root: Path = ROOT) -> None:
        self.folder = folder
        self._root = root

    def write(self, module: str, tests: Mapping[str, Ran], lines: str = "") -> None:
        """Note what the tests of a module are, and where the lines are that they ran."""
        files = {module, "tests/conftest.py", *(self._run_by(module, lines) if lines else ())}
        known = {name: digest(self._root / name) for name in files}
        note = self.folder / f"{module.replace('/', '+')}.json"
        note.write_bytes(msgspec.json.encode(Note(module, lines, dict(tests), known)))

    def lines(self, name: str) -> Path:
        """Return where the lines are that tests ran."""
        return self.folder / f"{name}.lines"

    def prune(self) -> None:
        """Remove lines of which no note speaks any more."""
        spoken_of = {self.lines(note.lines) for note in self.fresh()}
        for path in self.folder.glob("*.lines"):
            if path not in spoken_of:
                path.unlink()

    def _run_by(self, module: str, lines: str) -> list[str]:
        with closing(sqlite3.connect(self.lines(lines))) as connection:
            return [path for (path,) in connection.execute(FILES, (f"{module}::", f"{module}:;"))]

    def fresh(self) -> Iterator[Note]:
        """Return those that are still true."""
        for path in sorted(self.folder.glob("*.json")):
            note = msgspec.json.decode(path.read_bytes(), type=Note)
            if note.is_fresh(self._root):
                yield note

    def missing(self) -> list[str]:
        """Return the modules of tests of which nothing is known that is still true."""
        known = {note.module for note in self.fresh()}
        modules = (path for path in _tests(self._root) if path.name.startswith("test_"))
        names = {path.relative_to(self._root).as_posix() for path in modules}
        return sorted(names - known)


class Map:
    """Which tests run what, of some modules of ours."""

    def __init__(self, notes: Notes, root: Path = ROOT) -> None:
        self.seconds: dict[str, float] = {}
        self._notes = [note for note in notes.fresh() if note.tests]
        self._where = notes
        self._importers = importers(root)
        self._lines = cache(self._read)
        for note in self._notes:
            passed = {name: ran.seconds for name, ran in note.tests.items() if ran.passed}
            self.seconds |= passed

    def tests_of(self, mistake: Mutation) -> set[str]:
        """Return the tests that run one of its lines. What is outside of functions, or was called there, has
        run when it was imported: of that, those that run something of the module, or import it; if
        there are none, those that do so with what imports it, and so on.
        """
        known = self._lines(mistake.path) if mistake.lines else {}
        ran = [known[line] for line in mistake.lines if line in known]
        if mistake.lines and (any(ran) or not ran):
            return set().union(*ran)
        seen, level = {mistake.path}, {mistake.path}
        while level:
            importing = set().union(*(self._importers[path] for path in level))
            if found := set().union(*(self._running(path) for path in level | importing)):
                return found
            seen |= level
            level = importing - seen
        return set()

    def _running(self, path: str) -> set[str]:
        """Return the tests that run something of a module; all of it, if it is one of tests."""
        if path.startswith("tests/"):
            return {name for name in self.seconds if name.startswith(f"{path}::")}
        return set().union(*self._lines(path).values())

    def _read(self, path: str) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for lines in {note.lines for note in self._notes}:
            data = coverage.CoverageData(str(self._where.lines(lines)))
            data.read()
            for line, tests in data.contexts_by_lineno(path).items():
                found[line] |= self.seconds.keys() & tests
        return found


@cache
def digest(path: Path) -> str:
    """Return a mark of a file's content; of none where there is no file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""


def importers(root: Path) -> Mapping[str, set[str]]:
    """Return for each module which others import something of it, or of the package that it is in."""
    paths = [*sources(root), *(path.relative_to(root).as_posix() for path in _tests(root))]
    found: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        for name in _imported(root / path):
            for each in (f"{name}.py", f"{name}/__init__.py"):
                found[each].add(path)
    return found


def _tests(root: Path) -> Iterator[Path]:
    return (root / "tests").rglob("*.py")


def _imported(path: Path) -> Iterator[str]:
    """Return what it imports, as paths without an ending; `from a import b` may be of either."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            module = node.module.replace(".", "/")
            yield module
            yield from (f"{module}/{alias.name}" for alias in node.names)
