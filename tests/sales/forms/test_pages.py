"""A form is a page, for people in a hurry on a phone, and without JavaScript."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from domain.values import SubmissionId
from tests.files.pictures import PDF
from tests.running import Running
from tests.sales.forms.asking import (
    CONTACT,
    WEDDINGS,
    ZOE,
    later,
    leads,
    made,
    received,
    stranger,
    submission,
    submissions,
)
from tests.sales.forms.browsing import Page

CV = {"key": "cv", "asks": "file", "label": {"en": "Your CV"}}
CAMPAIGN = {"key": "offer", "asks": "hidden", "label": {"en": "Offer"}}


@pytest.fixture
def somebody(running: Running) -> TestClient:
    return stranger(running)


def shown(running: Running, somebody: TestClient, form: str, more: str = "") -> Page:
    page = Page(
        somebody.get(f"/f/{form}?lang=en{more}", headers={"Referer": "https://blog.example/"})
    )
    assert page.answer.status_code == 200, page.text
    later(running, timedelta(seconds=30))
    return page


def test_whoever_fills_the_page_in_is_a_lead_and_is_thanked(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    form = made(http)
    page = shown(running, somebody, form, "&utm_source=instagram&fbclid=unknown")

    sent = page.send(somebody, **ZOE).answer
    thanks = somebody.get(sent.headers["location"])

    assert sent.status_code == 303
    assert "Thank you!" in thanks.text
    (lead,) = leads(running, http)
    assert (lead["source"], lead["first"]["referrer"]) == ("instagram", "https://blog.example/")
    assert lead["message"] == ZOE["message"]


def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    page = shown(running, somebody, made(http))

    again = page.send(somebody, name="<b>Zoé</b>", email="zoe@", message="One\nTwo")
    sent = again.send(somebody, email="zoe@example.org")

    assert again.answer.status_code == 422
    assert 'id="q-email-wrong">This is not an e-mail address.' in again.text
    assert 'value="&lt;b&gt;Zoé&lt;/b&gt;"' in again.text
    assert sent.answer.status_code == 303
    assert leads(running, http)[0]["message"] == "One\nTwo"


def test_a_page_comes_back_with_what_is_to_be_asked_besides(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    page = shown(running, somebody, made(http, WEDDINGS))

    again = page.send(somebody, name="Zoé", phone="0199001234", occasion="wedding")
    sent = again.send(somebody, day="2027-06-05")

    assert "q-day" not in page.names
    assert "q-day" in again.names
    assert again.answer.status_code == 200
    assert "One more question" in again.text
    assert sent.answer.status_code == 303


def test_the_page_speaks_french_to_who_does(somebody: TestClient, http: TestClient) -> None:
    page = somebody.get(f"/f/{made(http)}", headers={"Accept-Language": "fr-BE"})

    assert '<html lang="fr">' in page.text
    assert "Écrivez-nous" in page.text


def test_whoever_reads_on_in_another_language_still_comes_from_where_they_came(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    form = made(http, {**CONTACT, "questions": [*CONTACT["questions"], CAMPAIGN]})
    page = shown(running, somebody, form, "&utm_source=instagram&offer=advent")

    french = Page(somebody.get(page.links[0], headers={"Referer": "http://testserver/f"}))
    english = Page(somebody.get(french.links[0], headers={"Referer": "http://testserver/f"}))
    later(running, timedelta(seconds=30))
    assert english.send(somebody, **ZOE).answer.status_code == 303

    assert ('lang="fr"' in french.text, 'lang="en"' in english.text) == (True, True)
    (lead,) = leads(running, http)
    assert (lead["source"], lead["first"]["referrer"]) == ("instagram", "https://blog.example/")
    (answered,) = submissions(running, http)
    assert "advent" in [value for each in answered["answers"] for value in each["values"]]


def test_pressing_twice_is_once_also_much_later(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    page = shown(running, somebody, made(http))

    page.send(somebody, **ZOE)
    later(running, timedelta(hours=2))
    page.send(somebody, **ZOE)
    changed = page.send(somebody, **{**ZOE, "message": "Something else"})

    assert changed.answer.status_code == 303
    assert len(submissions(running, http)) == 2


def test_a_robot_that_fills_what_nobody_sees_is_thanked_and_held(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    page = shown(running, somebody, made(http))
    page.sent = [(name, "spam" if name == "web_page" else value) for name, value in page.sent]

    assert page.send(somebody, **ZOE).answer.status_code == 303
    assert [each["held"] for each in submissions(running, http)] == ["decoy-filled"]


def test_a_page_leads_to_where_the_business_wants(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    page = shown(running, somebody, made(http, leads_to="https://salon.example/thanks"))

    sent = page.send(somebody, **ZOE)

    assert sent.answer.headers["location"] == "https://salon.example/thanks"
    policy = page.answer.headers["content-security-policy"]
    assert policy.endswith("form-action 'self' https://salon.example")


def test_a_hidden_field_holds_what_the_address_says(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    form = made(http, questions=[*CONTACT["questions"], CAMPAIGN])

    shown(running, somebody, form, "&offer=advent").send(somebody, **ZOE)

    (known,) = submissions(running, http)
    assert known["answers"][-1]["values"] == ["advent"]


def test_what_is_not_there_is_said_to_people(somebody: TestClient) -> None:
    page = somebody.get("/f/form-0198c0de-0000-7000-8000-00000000beef?lang=fr")

    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "Formulaire introuvable" in page.text


# --- Files --------------------------------------------------------------------------------


def with_file(page: Page, somebody: TestClient, content: bytes, name: str = "cv.pdf") -> Page:
    fields = {name: value for name, value in page.sent if name != "asked"}
    asked = [value for name, value in page.sent if name == "asked"]
    typed = {f"q-{key}": value for key, value in ZOE.items()}
    return Page(
        somebody.post(
            page.action,
            data={**fields, **typed, "asked": asked},
            files={"q-cv": (name, content, "application/pdf")},
            follow_redirects=False,
        )
    )


def test_a_file_comes_with_the_form_and_is_the_leads(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    form = made(http, questions=[*CONTACT["questions"], CV])
    page = shown(running, somebody, form)

    sent = with_file(page, somebody, PDF)
    again = with_file(page, somebody, PDF)

    assert [sent.answer.status_code, again.answer.status_code] == [303, 303]
    (known,) = submissions(running, http)
    (answer,) = (each for each in known["answers"] if each["asks"] == "file")
    assert answer["values"] == known["files"]
    running.settle()
    file = http.get(f"/v1/files/{known['files'][0]}").json()
    assert (file["owner_id"], file["name"], file["status"]) == (known["id"], "cv.pdf", "ready")


def test_what_is_no_picture_and_no_pdf_is_not_taken(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    form = made(http, questions=[*CONTACT["questions"], CV])

    again = with_file(shown(running, somebody, form), somebody, b"MZ a program", "cv.exe")

    assert again.answer.status_code == 422
    assert "Only pictures" in again.text
    assert running.system.files.ledger.used(running.tenant) == 0


def test_nobody_sends_much_who_has_not_opened_the_form(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    form = made(http, questions=[*CONTACT["questions"], CV])

    refused = somebody.post(f"/f/{form}", files={"q-cv": ("cv.pdf", PDF + b"x" * 100_000)})

    assert refused.status_code == 413


def test_files_of_a_discarded_submission_are_gone(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    page = shown(running, somebody, made(http, questions=[*CONTACT["questions"], CV]))
    page.sent.append(("web_page", "spam"))
    with_file(page, somebody, PDF)
    (known,) = submissions(running, http)
    running.settle()

    http.delete(f"/v1/submissions/{known['id']}")
    running.settle()

    assert http.get(f"/v1/files/{known['files'][0]}").status_code == 404


# --- Double opt-in ------------------------------------------------------------------------


def link_in(running: Running, http: TestClient) -> str:
    running.settle()
    (mail,) = http.get("/v1/outbox").json()["data"]
    (line,) = [each for each in mail["mail"]["text"].splitlines() if "/confirm?" in each]
    parts = urlsplit(line.strip())
    return f"{parts.path}?{parts.query}"


def test_who_has_to_confirm_is_a_lead_once_they_have_pressed_the_button(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    form = made(http, double_opt_in=True)
    told = received(running, form)

    before = leads(running, http)
    link = link_in(running, http)
    page = Page(somebody.get(link))
    looked_at = leads(running, http)
    page.action = f"{urlsplit(link).path}{page.action}"
    done, again = page.send(somebody), page.send(somebody)

    assert told["confirms"] is True
    assert before == looked_at == []
    assert "It is confirmed" in done.text
    assert again.answer.status_code == 200
    (lead,) = leads(running, http)
    assert submission(http, told["id"])["lead_id"] == lead["id"]


def test_the_mail_says_nothing_that_a_stranger_has_typed(
    running: Running, http: TestClient
) -> None:
    received(running, made(http, double_opt_in=True), {**ZOE, "name": "Buy evil.example"})

    link_in(running, http)

    (mail,) = http.get("/v1/outbox").json()["data"]
    assert "evil" not in mail["mail"]["text"] + mail["mail"]["html"] + mail["mail"]["subject"]


def test_another_key_confirms_nothing(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    form = made(http, double_opt_in=True)
    told = received(running, form)
    body = {"submission": told["id"], "key": "guessed"}

    page = somebody.get(f"/f/{form}/confirm?submission={told['id']}&key=guessed")
    refused = somebody.post(f"/v1/lead-forms/{form}/confirm", json=body)

    assert [page.status_code, refused.status_code] == [404, 404]
    assert refused.json()["code"] == "confirmation-unknown"


def test_what_nobody_confirms_is_gone_after_a_week_with_its_mail(
    running: Running, http: TestClient, somebody: TestClient
) -> None:
    told = received(running, made(http, double_opt_in=True))
    link = link_in(running, http)
    later(running, timedelta(days=7, seconds=1))
    running.settle()

    assert http.get(f"/v1/submissions/{told['id']}").status_code == 404
    assert http.get("/v1/outbox").json()["data"] == []
    assert somebody.get(link).status_code == 410


def test_what_a_key_is_for_stands_in_no_other_link(running: Running, http: TestClient) -> None:
    received(running, made(http, double_opt_in=True))

    asked = parse_qs(urlsplit(link_in(running, http)).query)

    assert asked["submission"] == [SubmissionId(asked["submission"][0])]
    assert asked["key"][0] not in asked["submission"][0]
