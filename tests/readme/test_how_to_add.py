"""The README says all that it takes to add something: each is added in a copy, and nothing else touched.

What is added are `additions/*.diff`: professionals recommend services (an event, a command, a refusal, a
question, a process), and there are tickets (a kind of record). A part of a diff is found by the line that it
changes, or stands beside, wherever that line is.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.thorough,
]

ADDITIONS: Final = Path(__file__).with_name("additions")
README: Final = Path("README.md").read_text(encoding="utf-8")
HOW: Final = README.partition("\n## How to add…\n")[2].partition("\n## ")[0]
MADE: Final = "`make schemas catalogue` writes"
"""What the paragraph says that names what is made, and not written by hand."""


class Addition(NamedTuple):
    """What is added by a diff, to an area; `files` are those that it has besides, as they are."""

    what: str
    area: str
    diff: str
    files: Mapping[str, str] = {}

    def named(self) -> list[str]:
        """Return the files, and folders with a slash, that the README names for it."""
        return named_in(f"**{self.what}", self.area)


SERVICES: Final = "scheduling/services"
ADDED: Final = (
    Addition("An event.", SERVICES, "event.diff"),
    Addition("A command.", SERVICES, "command.diff"),
    Addition("A refusal.", SERVICES, "refusal.diff"),
    Addition("A question.", SERVICES, "question.diff"),
    Addition("A process.", SERVICES, "process.diff"),
    Addition(
        "A kind of record",
        "people/tickets",
        "kind.diff",
        {"domain/people/tickets.py": "tests/records/tickets.py.txt"},
    ),
)
"""In the order in which one can be built on another."""

TESTS: Final = {
    "tests/scheduling/services/test_recommendations.py": ADDITIONS / "test_recommendations.py.txt"
}
"""Whether what was added does what it should."""

CONCERNED: Final = (
    *TESTS,
    "tests/architecture/test_catalogue.py",
    "tests/architecture/test_reach.py",
    "tests/architecture/test_told.py",
    "tests/architecture/test_tree.py",
    "tests/architecture/test_wiring.py",
    "tests/http/test_openapi.py::test_every_operation_says_what_it_answers_with",
    "tests/http/test_openapi.py::test_every_refusal_there_is_can_be_looked_up",
    "tests/http/test_problems.py::test_every_refusal_is_said_in_both_languages",
    "tests/http/test_reach.py::test_every_read_model_says_who_sees_its_rows",
    "tests/infra/test_cli_purge.py::test_one_is_told_for_how_long_each_kind_is_kept",
    "tests/infra/test_growth.py::test_the_page_shows_what_the_program_gives",
    "tests/scheduling/services/test_projections.py",
    "tests/streams/test_asyncapi.py",
)
"""Tests that find what was left out, besides those of what was added."""

QUIETLY: Final = ("-q", "-p", "no:cacheprovider", "-k", "not command_line")
"""What only starts a process more is not asked here."""


def named_in(beginning: str, area: str = "") -> list[str]:
    """Return what the paragraph that begins so, or has it in it, names in backticks."""
    (paragraph,) = (each for each in HOW.split("\n\n") if beginning in " ".join(each.split()))
    known = {"<area>": area, "<context>": area.partition("/")[0]}
    found: list[str] = re.findall(r"`([\w<>/]+/[\w<>.]*)`", paragraph)
    return [re.sub(r"<\w+>", lambda word: known[word[0]], each) for each in found]


def unnamed(touched: set[str], named: list[str]) -> set[str]:
    """Return what was touched and is not named, nor lies in a folder that is."""
    return {
        each
        for each in touched
        if each not in named and not any(n.endswith("/") and each.startswith(n) for n in named)
    }


class Copy:
    """Of all there is, where something can be added; with what was compiled and what mypy found, as far as
    that is there: it stays true of all that is not touched. What was touched in it, its Git tells.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        rubbish = shutil.ignore_patterns("node_modules", "made")
        for each in Path().iterdir():
            if each.is_dir() and (each.name == ".mypy_cache" or not each.name.startswith(".")):
                shutil.copytree(each, place / each.name, ignore=rubbish)
            elif each.is_file() and each.name != ".git":
                shutil.copy(each, place)
        self.run("git", "init", "--quiet")
        self.run("git", "add", "--all")

    def add(self, addition: Addition) -> set[str]:
        """Add it by hand; return what was touched."""
        self.run("git", "apply", "--unidiff-zero", str(ADDITIONS / addition.diff))
        for name, text in addition.files.items():
            shutil.copy(text, self.place / name)
        return self.touched()

    def make(self, *targets: str) -> None:
        """Make what the Makefile makes, with the programs of this environment."""
        self.run("make", "--old-file=.venv/dev", f"BIN={Path(sys.executable).parent}", *targets)

    def touched(self) -> set[str]:
        """Return what was touched since this was asked last."""
        found = self.run("git", "ls-files", "--modified", "--others", "--exclude-standard")
        self.run("git", "add", "--all")
        return set(found.splitlines())

    def run(self, *program: str) -> str:
        """Run it there; return what it prints."""
        done = subprocess.run(
            program, cwd=self.place, env=ALONE, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
        return done.stdout


OURS: Final = re.compile("PYTEST_|MAKE|MFLAGS|GIT_|PYTHONDONTWRITEBYTECODE")
ALONE: Final = {name: value for name, value in os.environ.items() if not OURS.match(name)}
"""The environment, without what whoever runs these tests says to the programs that do."""


class Done(NamedTuple):
    """All that was added, what was touched by hand for each, and what was made at the end."""

    copy: Copy
    by_hand: dict[str, set[str]]
    made: set[str]


@pytest.fixture(scope="module")
def done() -> Iterator[Done]:
    with tempfile.TemporaryDirectory() as place:
        copy = Copy(Path(place))
        by_hand = {addition.what: copy.add(addition) for addition in ADDED}
        copy.make("schemas", "catalogue")
        yield Done(copy, by_hand, copy.touched())


def test_each_is_done_by_a_paragraph_of_the_readme() -> None:
    told = re.findall(r"^\*\*(.+?)\*\*", HOW, re.MULTILINE)

    assert sorted(told) == sorted(addition.what for addition in ADDED)


@pytest.mark.parametrize("addition", ADDED, ids=lambda addition: addition.what)
def test_nothing_is_touched_that_its_paragraph_does_not_name(done: Done, addition) -> None:
    assert done.by_hand[addition.what]
    assert unnamed(done.by_hand[addition.what], addition.named()) == set()


def test_all_else_that_changes_is_made(done: Done) -> None:
    assert len(done.made) > 5
    assert unnamed(done.made, named_in(MADE)) == set()


def test_nothing_objects_to_what_was_added(done: Done) -> None:
    done.copy.make("check")


def test_what_was_added_is_complete_and_does_what_it_should(done: Done) -> None:
    for name, text in TESTS.items():
        shutil.copy(text, done.copy.place / name)

    done.copy.run(sys.executable, "-m", "pytest", *QUIETLY, *CONCERNED)
