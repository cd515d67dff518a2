"""What is there after a run: every row of every read model, every mail, every order of a process,
the log, and how far everybody has come. Two runs of the same attempts look the same.

Each id is replaced by who it is, such as `attempt 17`. What differs by nature is left out: when it
was recorded, the order of what does not depend on each other, and how often a job was tried.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from adapters.read_models.tables import LIVE
from adapters.streams import RELAY
from infra.composition import System
from projections import READ_MODELS
from tests.streams.programs import asked

Portrait = Mapping[str, list[str]]
"""Under the name of each part its lines, sorted."""

NAMED_BY: Final = {
    "tenants": "name",
    "users": "email",
    "professionals": "name",
    "services": "name",
    "clients": "name",
}
SOMEBODY: Final = "?"
WHEN_RECORDED: Final = {"created_at", "updated_at"}
STAMP: Final = re.compile(r"(?<=DTSTAMP:)\d{8}T\d{6}Z")
ID: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

PARTS: Final = {
    **{model.name: f'SELECT to_jsonb(r) FROM "{LIVE}"."{model.name}" r' for model in READ_MODELS},
    "mails": """
        SELECT to_jsonb(m) - '{id, number, idempotency_key, sent_at}'::text[] FROM work.outbox m
    """,
    # A timer has a time of its own; whatever is done at once is due when it was recorded.
    "orders": """
        SELECT jsonb_build_object(
            'process', process, 'because', e.type, 'of', e.stream, 'version', e.version,
            'kind', kind, 'about', about, 'payload', payload, 'status', status,
            'outcome', outcome, 'due_at', CASE WHEN finished_at IS NULL THEN due_at END)
        FROM work.jobs LEFT JOIN log.events e ON e.position = caused_by
    """,
    "log": "SELECT jsonb_build_array(stream, version, type) FROM log.events",
    "set aside": "SELECT to_jsonb(p) FROM work.parked p",
    "positions": f"""
        SELECT jsonb_build_array(consumer, position) FROM work.checkpoints
        WHERE consumer <> '{RELAY}'
    """,
}


def portrait(system: System, attempts: Mapping[str, int]) -> Portrait:
    """Draw it; `attempts` gives the number of the attempt that made a booking."""
    names = {booking[-36:]: f"attempt {number}" for booking, number in attempts.items()}
    names.update(_people(system))
    return {
        part: sorted(_line(document, names) for [document] in asked(system, statement))
        for part, statement in PARTS.items()
    }


def differences(one: Portrait, other: Portrait) -> list[str]:
    """Return the lines that only one of them has."""
    return [line for part in PARTS for line in _only(part, one[part], other[part])]


def _only(part: str, one: Iterable[str], other: Iterable[str]) -> Iterator[str]:
    ours, theirs = Counter(one), Counter(other)
    yield from (f"- {part}: {line}" for line in (ours - theirs).elements())
    yield from (f"+ {part}: {line}" for line in (theirs - ours).elements())


def _people(system: System) -> Iterator[tuple[str, str]]:
    for model, field in NAMED_BY.items():
        statement = f"""SELECT key, document->>'{field}' FROM "{LIVE}"."{model}" """
        for key, name in asked(system, statement):
            yield key[-36:], f"{model}: {name}"


def _line(document: Any, names: Mapping[str, str]) -> str:
    text = json.dumps(_without_times(document), sort_keys=True, ensure_ascii=False)
    text = STAMP.sub("<when it was recorded>", text)
    return ID.sub(lambda found: f"<{names.get(found.group(), SOMEBODY)}>", text)


def _without_times(document: Any) -> Any:
    match document:
        case dict():
            return {
                key: _without_times(value)
                for key, value in document.items()
                if key not in WHEN_RECORDED
            }
        case list():
            return [_without_times(each) for each in document]
        case _:
            return document
