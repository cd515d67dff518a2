"""What is one of a few words, is told so in the document, and nothing else is taken."""

from typing import Any, Final

import pytest
from fastapi.testclient import TestClient

from tests.contract import document
from tests.sales.leads.coming import opened

WORDS: Final = (
    *(("ListedLead", each) for each in ("status", "temperature")),
    *(("ListedTask", each) for each in ("status", "priority")),
    *(("TaskBody", each) for each in ("status", "priority")),
    *(("TimelineEntry", each) for each in ("kind", "status", "lead_status", "task_status")),
    *(("Activity", each) for each in ("kind", "way", "engagement", "status")),
    *(("Step", "status"), ("ContactMade", "way"), ("Engagement", "source")),
    *(("NoteActivity", "kind"), ("ContactActivity", "kind")),
)
"""Fields, by the schema that they are of."""


def few(schema: Any, schemas: Any) -> bool:
    """Whether a schema allows but some words, or nothing."""
    if "$ref" in schema:
        return few(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        return all(each == {"type": "null"} or few(each, schemas) for each in schema["anyOf"])
    return "enum" in schema or "const" in schema


@pytest.mark.parametrize(("name", "field"), WORDS)
def test_what_is_one_of_a_few_is_told_so(name: str, field: str) -> None:
    schemas = document()["components"]["schemas"]

    assert few(schemas[name]["properties"][field], schemas)


@pytest.mark.postgres
def test_what_is_one_of_a_few_is_told_so_and_nothing_else_is_taken(http: TestClient) -> None:
    where = f"/v1/leads/{opened(http)['id']}"
    bodies = (
        ("move", {"status": "lukewarm"}),
        ("contacts", {"way": "smoke"}),
        ("engagements", {"source": "smoke", "key": "one"}),
        ("activities", {"kind": "smoke", "text": "hello"}),
    )

    for path, body in bodies:
        refused = http.post(f"{where}/{path}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed")
    for name in ("status", "temperature"):
        asked = http.get("/v1/leads", params={name: "lukewarm"})
        assert (asked.status_code, asked.json()["code"]) == (400, "query-invalid")
