"""A stranger fills a form in."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.running import Running
from tests.sales.forms.asking import (
    CONTACT,
    WEDDINGS,
    ZOE,
    filled_in,
    later,
    leads,
    made,
    opened,
    received,
    stranger,
    submission,
)


def test_whoever_fills_a_form_in_is_a_lead_with_a_score_and_a_task_at_once(
    running: Running, http: TestClient
) -> None:
    form = made(http, source="website")

    told = received(running, form, {**ZOE, "news": True}, touch={"campaign": "advent"})
    (lead,) = leads(running, http)

    assert lead["message"] == ZOE["message"]
    assert lead["first"]["form_id"] == form
    assert (lead["source"], lead["first"]["campaign"]) == ("website", "advent")
    assert lead["score"] > 0
    assert "form" in {part["name"] for part in lead["breakdown"]["parts"]}
    tasks = http.get("/v1/tasks", params={"lead_id": lead["id"]}).json()["data"]
    assert [task["id"] for task in tasks] == [lead["task_id"]]
    assert set(told) >= {"id"}
    assert "lead_id" not in told
    known = submission(http, told["id"])
    assert (known["status"], known["lead_id"]) == ("accepted", lead["id"])
    assert {each["key"]: each["values"] for each in known["answers"]} == {
        "name": ["Zoé Dupont"],
        "email": ["Zoe@example.org"],
        "message": ["Do you do weddings?"],
        "news": ["true"],
    }


def test_what_somebody_agreed_to_is_kept_in_their_language_with_its_time(
    running: Running, http: TestClient
) -> None:
    told = received(running, made(http), {**ZOE, "news": True}, language="fr")

    known = submission(http, told["id"])

    (consent,) = (each for each in known["answers"] if each["asks"] == "consent")
    assert consent["label"] == "Vous pouvez m'écrire au sujet de vos offres."
    assert known["submitted_at"]


def test_whoever_comes_again_by_another_form_is_the_same_lead(
    running: Running, http: TestClient
) -> None:
    received(running, made(http))
    received(running, made(http, name="Other"), {**ZOE, "email": "zoe@EXAMPLE.org"})

    (lead,) = leads(running, http)

    assert lead["breakdown"]["score"] > 0
    assert len(http.get("/v1/submissions").json()["data"]) == 2


def test_pressing_twice_is_once_and_the_same_answers_later_are_another(
    running: Running, http: TestClient
) -> None:
    form = made(http)

    first = received(running, form)
    again = received(running, form)
    later(running, timedelta(minutes=2))
    afterwards = received(running, form)

    assert first["id"] == again["id"] != afterwards["id"]


def test_a_key_makes_one_submission_of_what_is_sent_again(
    running: Running, http: TestClient
) -> None:
    form, somebody = made(http), stranger(running)
    body = {"answers": ZOE, "stamp": opened(somebody, form)["stamp"], "decoy": ""}
    later(running, timedelta(seconds=9))
    headers = {"Idempotency-Key": "once"}

    first = somebody.post(f"/v1/lead-forms/{form}/submit", json=body, headers=headers)
    later(running, timedelta(hours=1))
    again = somebody.post(f"/v1/lead-forms/{form}/submit", json=body, headers=headers)

    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"


def test_what_is_wrong_is_said_of_each_answer_in_their_language(
    running: Running, http: TestClient
) -> None:
    answers = {"name": " ", "email": "zoe@", "message": "x" * 2_001, "age": 3}

    refused = filled_in(running, made(http), answers, language="fr")

    assert (refused.status_code, refused.json()["code"]) == (422, "answers-not-taken")
    wrong = {each["pointer"]: each["code"] for each in refused.json()["errors"]}
    assert wrong == {
        "#/answers/age": "not-asked",
        "#/answers/name": "required",
        "#/answers/email": "email-address-not-understood",
        "#/answers/message": "text-too-large",
    }
    said = {each["pointer"]: each["detail"] for each in refused.json()["errors"]}
    assert said["#/answers/message"] == "Au plus 2000 caractères, s'il vous plaît."
    assert leads(running, http) == []


def test_what_is_asked_depends_on_what_was_answered(running: Running, http: TestClient) -> None:
    form = made(http, WEDDINGS)
    zoe = {"name": "Zoé", "phone": "01 99 00 12 34"}

    without = filled_in(running, form, {**zoe, "occasion": "wedding"})
    unseen = received(running, form, {**zoe, "occasion": "other", "day": "not seen"})

    assert [each["pointer"] for each in without.json()["errors"]] == ["#/answers/day"]
    keys = {each["key"] for each in submission(http, unseen["id"])["answers"]}
    assert keys == {"name", "phone", "occasion"}


def test_a_submission_is_read_by_the_version_that_was_filled_in(
    running: Running, http: TestClient
) -> None:
    form, somebody = made(http, WEDDINGS), stranger(running)
    old = opened(somebody, form)["stamp"]
    changed = {**WEDDINGS, "questions": WEDDINGS["questions"][:2]}
    assert http.put(f"/v1/lead-forms/{form}", json=changed).status_code == 200
    later(running, timedelta(minutes=9))
    answers = {"name": "Zoé", "phone": "0199001234", "occasion": "other"}

    body = {"answers": answers, "stamp": old, "decoy": ""}
    told = somebody.post(f"/v1/lead-forms/{form}/submit", json=body)
    new = filled_in(running, form, answers)

    assert told.status_code == 201, told.text
    known = submission(http, told.json()["id"])
    assert (known["form_version"], len(known["answers"])) == (1, 3)
    assert [each["code"] for each in new.json()["errors"]] == ["not-asked"]


@pytest.mark.parametrize("change", ["unpublish", "remove"])
def test_what_is_not_published_is_not_there(
    running: Running, http: TestClient, change: str
) -> None:
    form, somebody = made(http), stranger(running)
    told = received(running, form)
    if change == "remove":
        http.delete(f"/v1/lead-forms/{form}", headers={"If-Match": "*"})
    else:
        http.patch(f"/v1/lead-forms/{form}", json={"published": False}, headers={"If-Match": "*"})

    shown = somebody.get(f"/v1/lead-forms/{form}/public")
    sent = somebody.post(f"/v1/lead-forms/{form}/submit", json={"answers": ZOE})

    assert [shown.status_code, sent.status_code] == [404, 404]
    assert {shown.json()["code"], sent.json()["code"]} == {"form-not-published"}
    assert submission(http, told["id"])["answers"][0]["label"] == "Your name"


def test_nobody_sees_a_form_that_there_is_not(running: Running) -> None:
    nowhere = "form-0198c0de-0000-7000-8000-00000000beef"

    assert stranger(running).get(f"/v1/lead-forms/{nowhere}/public").status_code == 404


ROBOTS: dict[str, Any] = {
    "decoy-filled": {"decoy": "https://spam.example"},
    "decoy-missing": {"decoy": None},
    "not-opened": {"stamp": "forged"},
}


@pytest.mark.parametrize("why", ROBOTS)
def test_what_a_robot_sends_is_answered_alike_and_held(
    running: Running, http: TestClient, why: str
) -> None:
    form = made(http)
    person = received(running, form, {**ZOE, "message": "A person"})

    robot = received(running, form, ZOE, **ROBOTS[why])

    theirs = {"id": "", "visitor": ""}
    assert {**robot, **theirs} == {**person, **theirs}
    known = submission(http, robot["id"])
    assert (known["status"], known["held"], known["lead_id"]) == ("held", why, None)
    assert len(leads(running, http)) == 1
    (held,) = http.get("/v1/submissions", params={"status": "held"}).json()["data"]
    assert held["id"] == robot["id"]


def test_what_is_faster_than_fingers_is_held(running: Running, http: TestClient) -> None:
    form, somebody = made(http), stranger(running)
    body = {"answers": ZOE, "stamp": opened(somebody, form)["stamp"], "decoy": ""}

    told = somebody.post(f"/v1/lead-forms/{form}/submit", json=body).json()

    assert submission(http, told["id"])["held"] == "too-fast"


def test_what_is_released_is_a_lead_since_it_came(running: Running, http: TestClient) -> None:
    form = made(http)
    robot = received(running, form, decoy="x")
    came = submission(http, robot["id"])["submitted_at"]
    later(running, timedelta(days=2))

    where = f"/v1/submissions/{robot['id']}/release"
    released = http.post(where)
    again = http.post(where)

    (lead,) = leads(running, http)
    assert (released.json()["status"], released.json()["lead_id"]) == ("accepted", lead["id"])
    assert again.json() == released.json()
    assert lead["opened_at"] == came


def test_of_what_is_discarded_nothing_is_left(running: Running, http: TestClient) -> None:
    robot = received(running, made(http), decoy="x")
    where = f"/v1/submissions/{robot['id']}"

    assert http.delete(where).status_code == 204
    assert http.get(where).status_code == 404
    assert http.post(f"{where}/release").json()["code"] == "submission-is-discarded"


def test_what_has_become_a_lead_is_not_discarded(running: Running, http: TestClient) -> None:
    told = received(running, made(http))

    refused = http.delete(f"/v1/submissions/{told['id']}")

    assert refused.json()["code"] == "submission-is-accepted"


def test_what_nobody_releases_is_gone_after_thirty_days(running: Running, http: TestClient) -> None:
    robot = received(running, made(http), decoy="x")
    running.settle()
    later(running, timedelta(days=30, seconds=1))
    running.settle()

    assert http.get(f"/v1/submissions/{robot['id']}").status_code == 404


def test_a_form_begins_with_what_its_template_asks(running: Running, http: TestClient) -> None:
    questions = WEDDINGS["questions"]
    template = http.post(
        "/v1/form-templates", json={"name": "Weddings", "questions": questions}
    ).json()

    answer = http.post(f"/v1/form-templates/{template['id']}/form", json={"name": "June"})

    assert answer.status_code == 201, answer.text
    assert answer.json()["questions"] == template["questions"]
    assert answer.json()["published"] is False


def test_another_business_sees_neither_form_nor_submission(
    running: Running, http: TestClient
) -> None:
    told = received(running, made(http))
    other = running.http(tenant="0198c0de-0000-7000-8000-00000000cafe")

    assert other.get(f"/v1/submissions/{told['id']}").status_code == 404
    assert other.get("/v1/submissions").json()["data"] == []


def test_what_a_stranger_says_of_their_company_is_known_where_nobody_knew(
    running: Running, http: TestClient
) -> None:
    asked: Any = [
        *CONTACT["questions"],
        {"key": "company", "asks": "text", "label": {"en": "Company"}, "fills": "company"},
        {"key": "site", "asks": "text", "label": {"en": "Site"}, "fills": "company_domain"},
        {"key": "people", "asks": "number", "label": {"en": "People"}, "fills": "company_size"},
    ]
    form = made(http, questions=asked)
    said = {**ZOE, "company": "Acme", "site": "https://www.acme.example", "people": 60}

    received(running, form, said)
    (lead,) = leads(running, http)
    company = {**lead["company"], "size": 80}
    http.put(f"/v1/leads/{lead['id']}/company", json={"name": "Acme SA", "size": 80})
    received(running, form, {**said, "message": "Hello?"})
    (again,) = leads(running, http)

    assert (lead["company_domain"], lead["company_size"]) == ("acme.example", 60)
    assert again["company"] == {**company, "name": "Acme SA"}
