"""A small project with a test: what it looks at is noticed, what it does not is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.mutants import report
from infra.mutants.copies import Copy, copies
from infra.mutants.mutation import mutations
from infra.mutants.trace import Map, Notes
from infra.mutants.trial import Outcome, Tried, try_out

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

PRICES = """\
def of_hours(minutes):
    return minutes // 60

DAY = of_hours(480)

def price(hours):
    if hours > DAY:
        return 500
    return hours * 60

def discount(hours):
    return hours + 1

def wait(hours):
    while hours > 0:
        hours -= 1
    return hours
"""

TESTS = """\
from domain.prices import price, wait

def test_a_day_has_one_price():
    assert price(9) == 500

def test_an_hour_is_paid_by_the_minute():
    assert price(2) == 120

def test_it_ends():
    assert wait(3) == 0

def test_it_fails_anyway():
    assert False
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for name, text in {
        "domain/__init__.py": "",
        "domain/prices.py": PRICES,
        "tests/conftest.py": "",
        "tests/test_prices.py": TESTS,
        "pyproject.toml": "[tool.pytest.ini_options]\n",
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def copy(project: Path) -> Iterator[Copy]:
    with copies(1, project) as [copy]:
        yield copy


@pytest.fixture(scope="module")
def notes(project: Path, copy: Copy, tmp_path_factory: pytest.TempPathFactory) -> Notes:
    folder = tmp_path_factory.mktemp("map")
    copy.pytest(f"--note-into={folder}", log=folder / "log")
    return Notes(folder, project)


MADE = {
    "hours > DAY → hours >= DAY",
    "return 500 → return 501",
    "hours * 60 → hours // 60",
    "hours + 1 → hours - 1",
    "DAY = of_hours(480) → DAY = of_hours(481)",
    "minutes // 60 → minutes * 60",
}


@pytest.fixture(scope="module")
def tried(project: Path, copy: Copy, notes: Notes) -> list[Tried]:
    known = Map(notes, project)
    found = mutations("domain/prices.py", PRICES.encode())
    return [try_out(each, known, copy) for each in found if each.title in MADE]


def outcomes(tried: list[Tried]) -> dict[str, Outcome]:
    return {each.mistake.title: each.outcome for each in tried}


def test_what_a_test_looks_at_is_noticed(tried: list[Tried]) -> None:
    assert outcomes(tried)["return 500 → return 501"] is Outcome.KILLED
    assert outcomes(tried)["hours * 60 → hours // 60"] is Outcome.KILLED


def test_what_lies_between_two_examples_is_not(tried: list[Tried]) -> None:
    assert outcomes(tried)["hours > DAY → hours >= DAY"] is Outcome.SURVIVED


def test_what_runs_when_it_is_imported_has_all_tests_of_the_module(tried: list[Tried]) -> None:
    [on_import] = [each for each in tried if each.mistake.before == "minutes // 60"]

    assert (on_import.outcome, on_import.asked) == (Outcome.KILLED, 3)


def test_what_no_test_runs_is_not_and_nobody_is_asked(tried: list[Tried]) -> None:
    [nobody] = [each for each in tried if each.mistake.title == "hours + 1 → hours - 1"]

    assert (nobody.outcome, nobody.asked) == (Outcome.SURVIVED, 0)


def test_only_those_are_asked_who_run_it_and_who_do_not_fail_anyway(tried: list[Tried]) -> None:
    asked = {each.mistake.title: each.asked for each in tried}

    assert asked["hours > DAY → hours >= DAY"] == 2
    assert asked["return 500 → return 501"] == 1
    assert (
        asked["DAY = of_hours(480) → DAY = of_hours(481)"] == 2
    )  # as many as run the line that uses it


def test_who_makes_it_hang_is_noticed(project: Path, copy: Copy, notes: Notes) -> None:
    known = Map(notes, project)
    found = mutations("domain/prices.py", PRICES.encode())
    [endless] = [each for each in found if each.title == "hours -= 1 → pass"]

    assert try_out(endless, known, copy, patience=3.0).outcome is Outcome.HUNG


def test_the_copy_is_as_it_was_and_so_is_the_project(
    project: Path, copy: Copy, tried: list[Tried]
) -> None:
    for root in (project, copy.root):
        assert (root / "domain/prices.py").read_text(encoding="utf-8") == PRICES


def test_what_is_known_is_known_until_something_that_ran_is_another(
    project: Path, notes: Notes
) -> None:
    elsewhere = Notes(notes.folder, project.parent)

    assert notes.missing() == []
    assert list(elsewhere.fresh()) == []


def test_the_shares_say_whether_it_is_enough(tried: list[Tried]) -> None:
    survived = [each for each in tried if not each.is_killed]
    killed = [each for each in tried if each.is_killed]

    assert report.is_enough(killed)
    assert not report.is_enough(tried)
    assert str(report.share_of(killed + survived[:1], "domain")).startswith(
        f"{len(killed)} of {len(killed) + 1}, "
    )
