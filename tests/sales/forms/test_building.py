"""A form that nobody could fill in is not made."""

from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient

from domain.sales.forms import FORMS
from tests.sales.forms.asking import CONTACT, WEDDINGS

NAME, PHONE, OCCASION, DAY = WEDDINGS["questions"]


def with_(question: Any, **more: Any) -> Any:
    return {**WEDDINGS, "questions": [NAME, PHONE, {**question, **more}]}


@pytest.mark.parametrize(
    ("form", "pointer", "code"),
    [
        (with_(NAME, fills=None), "#/questions/2/key", "named-twice"),
        (with_(OCCASION, options=[]), "#/questions/2/options", "no-options"),
        (with_(DAY, shown_if=[], earliest="2027-02-30"), "#/questions/2/earliest", "not-a-day"),
        (with_(DAY), "#/questions/2/shown_if/0/key", "nothing-to-decide"),
        (with_(OCCASION, pattern="a"), "#/questions/2/pattern", "not-a-text"),
        (with_(OCCASION, fills="email"), "#/questions/2/fills", "cannot-fill"),
        (with_(OCCASION, label={}), "#/questions/2/label", "no-words"),
        (with_(OCCASION, least=3, most=2), "#/questions/2/most", "out-of-range"),
        (
            with_({"key": "zip", "asks": "text", "label": {"fr": "Code"}, "pattern": "(?=a)"}),
            "#/questions/2/pattern",
            "not-a-pattern",
        ),
        ({**WEDDINGS, "questions": [NAME]}, "#/published", "nobody-reached"),
        ({**WEDDINGS, "double_opt_in": True}, "#/double_opt_in", "nobody-reached"),
        ({**CONTACT, "title": {}}, "#/title", "no-words"),
    ],
)
def test_it_is_said_what_contradicts_itself_and_where(
    http: TestClient, form: Any, pointer: str, code: str
) -> None:
    refused = http.post("/v1/lead-forms", json=form)

    assert (refused.status_code, refused.json()["code"]) == (422, "questions-contradict")
    assert (pointer, code) in {(each["pointer"], each["code"]) for each in refused.json()["errors"]}


def test_an_unknown_kind_of_question_is_refused_with_what_there_is(http: TestClient) -> None:
    refused = http.post("/v1/lead-forms", json=with_(OCCASION, asks="colour"))

    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["pointer"]) == (422, "#/questions/2/asks")
    assert "text" in error["allowed"]


def test_a_draft_may_ask_for_less(http: TestClient) -> None:
    draft = {**WEDDINGS, "questions": [NAME], "published": False}

    assert http.post("/v1/lead-forms", json=draft).status_code == 201


def test_examples_can_be_sent_as_they_are(http: TestClient) -> None:
    for example in FORMS.examples:
        sent = msgspec.to_builtins(example)
        assert http.post("/v1/lead-forms", json=sent).status_code == 201
