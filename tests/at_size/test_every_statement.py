"""Every statement that the product sends is explained, at size, as the role that sends it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.at_size.explained import Explaining, explaining, too_much
from tests.at_size.tour import erase, tour
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.thorough, pytest.mark.timeout(300)]

LAYERS: Final = ("adapters", "projections")

# What a tour of the product does not come by, and why that is as it should be.
WHOLE: Final = "reads, makes or moves whole tables, for an operator or once when a release begins"
FAULTS: Final = "a few rows by their key, when something is out of the ordinary"
ELSEWHERE: Final = {
    "adapters/accounts/address_codes.py": FAULTS,
    "adapters/accounts/credentials.py:Credentials.forget": FAULTS,
    "adapters/accounts/credentials.py:Credentials.give_up": FAULTS,
    "adapters/accounts/credentials.py:Credentials.rehash": FAULTS,
    "adapters/accounts/sessions.py:Sessions.end_all": FAULTS,
    "adapters/accounts/sessions.py:Sessions.forget": FAULTS,
    "adapters/consumers/checkpoints.py": FAULTS,
    "adapters/consumers/passed_over.py": WHOLE,
    "adapters/event_store/reader.py:Reader.unread": FAULTS,
    "adapters/event_store/streams.py": WHOLE,
    "adapters/event_store/unread.py": FAULTS,
    "adapters/event_store/recorder.py": "an adapter of a library, with the statements of the store",
    "adapters/event_store/rotation.py": WHOLE,
    "adapters/event_store/store.py:PostgresEventStore._stored_key": FAULTS,
    "adapters/event_store/verify.py": WHOLE,
    "adapters/event_store/writer.py:Writer._try": "a lock and a commit, when none could be had",
    "adapters/jobs/circuits.py": FAULTS,
    "adapters/jobs/claims.py": FAULTS,
    "adapters/jobs/pauses.py": "two rows by their key, for each message that goes out",
    "adapters/jobs/postponed.py:recall": FAULTS,
    "adapters/long_operations/progress.py:OperationProgress.end": FAULTS,
    "adapters/postgres": "settings of a connection",
    "adapters/presence/redis.py": "Redis",
    "adapters/read_models/as_of.py:stored_of_tenant": WHOLE,
    "adapters/read_models/bulk.py": WHOLE,
    "adapters/read_models/removed.py": WHOLE,
    "adapters/read_models/difference.py": WHOLE,
    "adapters/read_models/freshness.py": FAULTS,
    "adapters/read_models/parked.py": FAULTS,
    "adapters/read_models/rebuild.py": WHOLE,
    "adapters/read_models/renewal.py": WHOLE,
    "adapters/read_models/switch.py": WHOLE,
    "adapters/read_models/tables.py": WHOLE,
    "adapters/redis": "Redis",
    "adapters/running/releases.py": WHOLE,
    "adapters/running/roll.py": "a row for each process",
    "adapters/streams/facts.py": "a row for each outcome there is",
    "adapters/streams/feed.py": "a batch by its keys; it needs a broker",
    "adapters/wakeups/between_processes.py": "words to other processes",
}


@pytest.fixture(scope="module")
def toured(grown: Running) -> Iterator[Explaining]:
    """What the product sent while one went through it. To erase a person it looks everywhere: for
    that, only which statements it takes is kept.
    """
    with explaining() as found:
        ids = tour(grown)
        bounded = [*found.found]
        erase(grown, ids)
        found.found = bounded
        yield found


def test_no_statement_reads_more_than_a_page(toured: Explaining) -> None:
    assert len({each.text for each in toured.found}) > 100
    assert too_much(toured.found) == []


def test_each_statement_is_among_them(toured: Explaining) -> None:
    unseen = sending() - toured.places

    assert {each for each in unseen if not each.startswith(tuple(ELSEWHERE))} == set()


WHATEVER: Final = re.compile(
    r"(SELECT|RETURNING|,)\s+(\w+\.)?\*(?!\s+FROM\s+(unnest|json_to_recordset)\()"
)
"""All columns of a table. Functions are excepted whose columns the statement itself has named."""


def test_no_statement_asks_for_whatever_columns_there_are(toured: Explaining) -> None:
    """What is prepared could not go on when a newer release adds one."""
    sent = {each.place for each in toured.found if WHATEVER.search(each.text)}
    assert sent | {f"{path}:{line}" for path, line in written()} == set()


def written() -> Iterator[tuple[Path, int]]:
    """Return where such a statement, or a part of one, stands."""
    for path in (path for layer in LAYERS for path in Path(layer).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and WHATEVER.search(str(node.value)):
                yield path, node.lineno


def sending() -> set[str]:
    """Name the functions that send statements."""
    paths = (path for layer in LAYERS for path in Path(layer).rglob("*.py"))
    return {f"{path}:{name}" for path in paths for name in _sending(ast.parse(path.read_text()))}


def _sending(tree: ast.AST, within: str = "") -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from _sending(node, f"{within}{node.name}.")
        else:
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "execute":
                yield within.removesuffix(".")
            yield from _sending(node, within)
