"""What is wrong with a request is told of what was sent, in words that whoever sent it knows."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec import to_builtins

from api.openapi.routes import query_of
from api.problems.faults import ITS_OWN, SAID, told
from domain.business.users import Role
from tests.http import hostile
from tests.http.examples_of_bodies import ID
from tests.running import Running

NEVER_IN_JSON = {
    *("no_such_attribute", "frozen_field", "frozen_instance", "get_attribute_error"),
    *("is_instance_of", "is_subclass_of", "callable_type", "ellipsis_error"),
    *(
        "recursion_loop",
        "recursion_depth_exceeded",
        "iteration_error",
        "dataclass_exact_type",
        "default_factory_not_called",
    ),
    *("needs_python_object", "set_item_not_hashable", "missing_sentinel_error"),
    *("arguments_type", "missing_argument", "unexpected_keyword_argument"),
    *("missing_keyword_only_argument", "unexpected_positional_argument"),
    *("missing_positional_only_argument", "multiple_argument_values"),
    *("value_error", "assertion_error"),
}
"""What Pydantic says of objects and functions of Python, or in the words of exceptions: our forms raise
none.
"""

PYTHON = re.compile(
    r"[<>]|\b(?:None|True|False|dict\w*|list|tuple|str|int|float|bool|datetime|boolean|integer|instance"
    r"|class|string|Enum|Input|model|attribute|\w+Body|[A-Z][a-z]+[A-Z]\w+)\b|\{'"
)


def faults() -> Iterator[tuple[Any, dict[str, Any], dict[str, Any]]]:
    """Return what any form finds in anything that strangers send: what they sent, and what is told."""
    for asked in hostile.everything():
        field = asked.route.body_field
        for body in [*hostile.BODIES, *asked.bodies(set())] if field else ():
            sent = read(body)
            _, found = field.validate(sent, {}, loc=("body",)) if field else (None, None)
            for fault in found if isinstance(found, list) else ():
                yield sent, fault, to_builtins(told(fault, sent))


def read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None  # this was refused before anybody looked for faults


def at(pointer: str, sent: Any) -> Any:
    """Return what a pointer points to. Raises LookupError or TypeError where that is nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        sent = sent[int(name)] if isinstance(sent, list) else sent[name]
    return sent


def is_there(pointer: str, sent: Any) -> bool:
    try:
        at(pointer, sent)
    except (LookupError, TypeError, ValueError):
        return False
    return True


def test_every_pointer_leads_to_something_that_was_sent_or_to_what_is_missing_in_it() -> None:
    missing = set[str]()
    for sent, fault, each in faults():
        if not is_there(each["pointer"], sent):
            within, _, name = each["pointer"].rpartition("/")
            assert isinstance(at(within, sent), dict), (each, sent)
            assert name not in at(within, sent), (each, sent)
            missing.add(fault["type"])

    assert missing == {"missing", "union_tag_not_found"}


def test_no_fault_is_told_in_the_words_of_python() -> None:
    for sent, _, each in faults():
        said = each["detail"].partition(" match ")[0]  # what is told then is a pattern
        assert not PYTHON.search(said), (each, sent)


def test_who_names_none_of_a_few_is_told_which_there_are() -> None:
    kinds = {"enum", "literal_error", "union_tag_invalid"}
    told_of = {(fault["type"], str(each.get("allowed"))) for _, fault, each in faults()}

    assert all(allowed == "None" for kind, allowed in told_of if kind not in kinds)
    assert not any(allowed == "None" for kind, allowed in told_of if kind in kinds)
    assert ("literal_error", "['beauty_professional', 'client']") in told_of
    assert ("literal_error", "[0, 1]") in told_of
    assert ("union_tag_invalid", "['fixed', 'percent']") in told_of


def test_there_is_a_sentence_for_whatever_can_be_found_in_json() -> None:
    assert ITS_OWN - SAID.keys() == NEVER_IN_JSON
    assert SAID.keys() - ITS_OWN == set()
    assert not any(PYTHON.search(sentence) for sentence in SAID.values())


def test_a_kind_that_is_called_like_a_field_leads_nobody_astray() -> None:
    sent = {"when": {"type": "once", "once": {}}}
    fault = {"type": "missing", "loc": ("body", "when", "once", "slot"), "input": sent["when"]}

    assert told(fault, sent).pointer == "#/when/slot"


def test_a_name_that_is_too_long_to_be_told_is_told_by_what_it_is_in() -> None:
    sent = {"price": {"x" * 300: 1}}
    fault = {"type": "extra_forbidden", "loc": ("body", "price", "x" * 300), "input": 1}

    assert told(fault, sent).pointer == "#/price"


# --- Over HTTP --------------------------------------------------------------------------


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.mark.postgres
def test_the_kind_of_a_thing_is_no_part_of_the_way_to_a_place(http: TestClient) -> None:
    block = {"type": "once", "slot": {"starts_at": "tomorrow", "ends_at": "2027-01-05T10:00:00Z"}}
    owner = f"professional-{ID}"

    refused = http.post("/v1/time-blocks", json={"professional_id": owner, "when": block})

    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("#/when/slot/starts_at", "time-not-understood")
    ]


@pytest.mark.postgres
def test_a_part_that_cannot_be_is_pointed_to_as_it_was_sent(http: TestClient) -> None:
    made = http.post("/v1/taxes", json={"name": "VAT", "rate": 2_000, "country": "FR"})

    refused = http.patch(made.headers["location"], json={"name": None})

    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("#/name", "missing")]


@pytest.mark.postgres
def test_all_that_is_wrong_with_a_question_is_told_at_once(http: TestClient) -> None:
    asked = "status=new&starts_at.gte=tomorrow&sort=colour&limit=0&fields=shoe&state=x"

    refused = http.get(f"/v1/bookings?{asked}")

    assert (refused.status_code, refused.json()["code"]) == (400, "query-invalid")
    errors = {each["pointer"]: each for each in refused.json()["errors"]}
    assert {each["in"] for each in errors.values()} == {"query"}
    assert {pointer: each["code"] for pointer, each in errors.items()} == {
        "#/state": "unknown-parameter",
        "#/sort": "not-of-its-kind",
        "#/fields": "not-of-its-kind",
        "#/limit": "out-of-range",
        "#/status": "not-of-its-kind",
        "#/starts_at.gte": "not-of-its-kind",
    }
    assert "confirmed" in errors["#/status"]["allowed"]
    assert {"starts_at", "-starts_at"} < {*errors["#/sort"]["allowed"]}
    assert "status" in errors["#/state"]["allowed"]
    assert errors["#/starts_at.gte"]["example"] == "2027-01-05T09:30:00Z"
    assert errors["#/starts_at.gte"]["detail"] == "something like 2027-01-05T09:30:00Z is wanted"
    assert errors["#/status"]["detail"].startswith("one of these is wanted: pending, confirmed")
    assert refused.json()["parameter"] == "state"


@pytest.mark.postgres
def test_what_is_wrong_with_an_old_question_is_told_at_once(http: TestClient) -> None:
    refused = http.get(
        "/appointments?page=0&sortBy=colour&sortOrder=up&cursor=x&status=new&limit=20"
    )

    assert (refused.status_code, refused.json()["code"]) == (400, "query-invalid")
    pointers = {each["pointer"] for each in refused.json()["errors"]}
    assert pointers == {"#/page", "#/sortBy", "#/sortOrder", "#/cursor", "#/status"}


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("asked", "pointers"),
    [
        ("jobs?status=new&limit=x", {"#/status", "#/limit"}),
        ("jobs?kind=a&kind=b&about=c&about=d", {"#/kind", "#/about"}),
        ("bookings?status=new&status=old", {"#/status"}),
        ("bookings/as_of?as_of_=1&a=2", {"#/as_of_", "#/a"}),
    ],
)
def test_every_question_is_refused_in_one_form(
    running: Running, asked: str, pointers: set[str]
) -> None:
    place = asked.replace("bookings/as_of", f"bookings/booking-{ID}")

    refused = running.http(Role.OWNER, Role.OPERATOR).get(f"/v1/{place}")

    assert (refused.status_code, refused.json()["code"]) == (400, "query-invalid")
    assert {each["pointer"] for each in refused.json()["errors"]} == pointers


@pytest.mark.postgres
def test_what_a_list_can_be_asked_is_not_told_as_wrong_beside_what_is(http: TestClient) -> None:
    """A list looks at a question as a whole only where something is unknown in it."""
    for asked in hostile.everything():
        names = [each.alias for each in query_of(asked.route)]
        if asked.method == "GET" and names and "{" not in asked.route.path:
            query = "&".join(f"{name}=" for name in names)
            refused = http.get(f"{asked.path}?{query}&never_heard_of=1").json()
            if refused["code"] == "query-invalid":
                unknown = [e for e in refused["errors"] if e["code"] == "unknown-parameter"]
                assert [e["pointer"] for e in unknown] == ["#/never_heard_of"], asked


@pytest.mark.postgres
def test_a_parameter_that_is_none_of_a_few_is_told_as_a_field_would_be(http: TestClient) -> None:
    refused = http.get("/v1/availability?limit=many&tz=Mars")

    assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed")
    assert {(e["in"], e["pointer"]) for e in refused.json()["errors"]} == {
        ("query", "#/limit"),
        ("query", "#/tz"),
    }
