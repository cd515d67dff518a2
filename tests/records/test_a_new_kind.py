"""A kind of record costs a file and a line: done as the README says, in a copy of all there is."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.thorough,
]

LAYERS = ("domain", "application", "projections", "adapters", "api", "infra", "tests")
HERE = Path(__file__).parent
TICKETS = HERE / "tickets.py.txt"
OTHERS = ("complaints.py", "gateways.py", "gift_cards.py")
GIFT_CARDS = HERE / "test_gift_cards.py.txt"
ITS_OWN_TEST = """
import pytest

from domain.people.tickets import TICKETS
from tests.running import Running

pytestmark = pytest.mark.postgres


def test_it_is_closed_once_and_shown_as_closed(running: Running) -> None:
    http = running.http()
    where = http.post("/v1/tickets", json={"subject": "Key lost"}).headers["location"]
    closed = http.post(f"{where}/close", json={"resolution": "Found."})
    again = http.post(f"{where}/close", json={"resolution": "Found."})
    other = http.post(f"{where}/close", json={"resolution": "Bought."})
    running.settle()

    assert (closed.status_code, closed.json()["resolution"]) == (200, "Found.")
    assert again.json()["version"] == closed.json()["version"] == 2
    assert (other.status_code, other.json()["code"]) == (409, "ticket-is-closed")
    assert http.get("/v1/tickets").json()["data"][0]["resolution"] == "Found."


def test_others_are_told_that_it_was_closed() -> None:
    told = {each.name: [*each.fields] for each in TICKETS.told_as.values()}

    assert told["ticket.closed.v1"] == ["id", "resolution"]


def test_it_is_assigned_only_to_who_works_here(running: Running) -> None:
    nobody = "professional-0198c0de-0000-7000-8000-00000000000a"
    asked = {"subject": "Key lost", "assignee_id": nobody}
    refused = running.http().post("/v1/tickets", json=asked)

    assert (refused.status_code, refused.json()["code"]) == (404, "professional-not-found")
"""


ALSO = "\n".join(
    f"from domain.people.{kind} import {kind.upper()}"
    for kind in ("complaints", "gateways", "gift_cards", "tickets")
)
NAMED = (
    ("from domain.people import", f"{ALSO}\nfrom domain.people import"),
    (
        "...]] = (\n    DEP",
        "...]] = (\n    TICKETS,\n    COMPLAINTS,\n    GATEWAYS,\n    GIFT_CARDS,\n    DEP",
    ),
)
"""What is changed in the catalogue. Besides tickets, there are kinds that say something of people, and
have secrets: what is promised of these is seen only here, as long as no other kind is such.
"""

TESTED = (
    "tests/records/test_tickets.py",
    "tests/records/test_gift_cards.py",
    "tests/records/test_every_kind.py",
    "tests/records/test_unique.py",
    "tests/records/test_sealed.py",
    "tests/records/test_secrets.py",
    "tests/records/test_own.py",
    "tests/architecture/test_catalogue.py",
    "tests/architecture/test_told.py",
    "tests/architecture/test_wiring.py",
    "tests/streams/test_asyncapi.py",
)
ASKED = "tickets or complaints or gateways or gift or test_catalogue or test_told or test_wiring or test_asyncapi"
OF_IT = f"({ASKED}) and not command_line"
"""What only starts a process more is not asked here."""


def test_a_kind_is_one_file_and_its_name_in_the_catalogue(tmp_path: Path) -> None:
    for layer in LAYERS:
        shutil.copytree(layer, tmp_path / layer)
    shutil.copy("pyproject.toml", tmp_path)
    shutil.copy(TICKETS, tmp_path / "domain/people/tickets.py")
    for other in OTHERS:
        shutil.copy(HERE / "kinds" / other, tmp_path / "domain/people" / other)
    catalogue = tmp_path / "domain/catalogue.py"
    for before, after in NAMED:
        text = catalogue.read_text()
        assert before in text
        catalogue.write_text(text.replace(before, after))
    (tmp_path / "tests/records/test_tickets.py").write_text(ITS_OWN_TEST)
    shutil.copy(GIFT_CARDS, tmp_path / "tests/records/test_gift_cards.py")

    for program, into in MADE:
        printed = run(tmp_path, program)
        if into:
            (tmp_path / into).write_text(printed)
    run(tmp_path, "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "-k", OF_IT, *TESTED)


MADE = (
    ("tests.architecture.golden", None),
    ("infra.printing.event_catalogue", "infra/event_catalogue.md"),
    ("infra.printing.asyncapi", "infra/asyncapi.json"),
)
"""As `make schemas catalogue` makes it."""


def run(place: Path, *program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *program], cwd=place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
