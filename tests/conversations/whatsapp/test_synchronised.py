"""What Meta has of templates is heard from it, and whoever writes them sees how they stand there."""

from datetime import timedelta
from typing import Any, Final

import pytest

from application.operations.jobs import JobStatus
from domain.business.configuration import RemoveConfiguration
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, Fault
from tests.conversations.whatsapp.cloud_templates import TheirTemplate
from tests.conversations.whatsapp.templates import THEIRS, approved, made, says

pytestmark = pytest.mark.postgres

SYNCHRONISATION: Final = "/v1/message-templates/synchronisation"
DAY: Final = timedelta(days=1)


def templates(desk: Desk) -> dict[str, dict[str, Any]]:
    """Return all templates, by what WhatsApp calls them."""
    found = desk.ana.http.get("/v1/message-templates?limit=100").json()["data"]
    return {each["name"]: each for each in found}


def asks(desk: Desk) -> dict[str, Any]:
    """Have all heard; return how far that is afterwards."""
    answer = desk.ana.http.post(SYNCHRONISATION)
    assert answer.status_code == 202, answer.text
    desk.running.settle()
    desk.running.settle()
    shown: dict[str, Any] = desk.ana.http.get(SYNCHRONISATION).json()
    return shown


def stands(desk: Desk, name: str = "rappel_24h") -> list[tuple[str, str, str | None]]:
    """Return how a template stands: its language, its status, and why."""
    known = templates(desk)[name]["approvals"]
    return [(each["code"], each["status"], each["reason"]) for each in known]


def is_otherwise(desk: Desk, field: str = "message_template_status_update", **said: Any) -> None:
    """Let Meta call about a template."""
    named = {
        "message_template_id": 1_689_556_908_129_832,
        "message_template_name": "rappel_24h",
        "message_template_language": "fr",
    }
    desk.is_called({**named, **said}, field=field)
    desk.running.settle()


def test_once_an_account_is_configured_what_is_only_at_meta_becomes_ours(
    desk: Desk, meta: Cloud
) -> None:
    bilingual = [
        TheirTemplate(name="merci", text="Merci {{1}} !", category="MARKETING"),
        TheirTemplate(name="merci", text="Thank you, {{1}}!", language="en_US"),
    ]
    meta.rules.templates = [THEIRS, *bilingual]
    desk.is_synchronised()

    found = templates(desk)
    assert {*found} == {"rappel_24h", "merci"}
    assert (found["merci"]["shortcut"], found["merci"]["title"]) == ("merci", "merci")
    assert found["merci"]["says"]["en"]["text"] == "Thank you, {{1}}!"
    assert found["rappel_24h"]["approvals"] == [
        {
            "name": "rappel_24h",
            "code": "fr",
            "status": "approved",
            "text": "Bonjour {{1}}, à {{2}} !",
            "named": False,
            "more": False,
            "category": "utility",
            "quality": "green",
            "reason": None,
        }
    ]
    desk.is_written_to()
    values = {"1": "Zoé", "2": "10 h"}
    said = says(desk, desk.threads[0], found["rappel_24h"]["id"], values=values).json()
    desk.running.settle()
    assert (desk.message(said)["status"], said["text"]) == ("sent", "Bonjour Zoé, à 10 h !")


def test_one_of_ours_that_says_the_same_is_sent_as_theirs(desk: Desk, meta: Cloud) -> None:
    meta.rules.templates = [THEIRS]
    id_ = made(desk)
    desk.is_synchronised()
    assert stands(desk) == [("fr", "approved", None)]

    desk.is_written_to()
    desk.running.clock.set(desk.running.clock() + 2 * DAY)
    assert says(desk, desk.threads[0], id_).status_code == 201
    other = {"fr": {"text": "Autrement {{first_name}}, à {{time}} !"}}
    changed = desk.ana.http.patch(f"/v1/message-templates/{id_}", json={"says": other})
    assert changed.status_code == 200, changed.text
    refused = says(desk, desk.threads[0], id_)
    assert (refused.status_code, refused.json()["code"]) == (409, "window-closed")


def test_many_are_heard_page_by_page_and_each_once(desk: Desk, meta: Cloud) -> None:
    meta.rules.templates = [TheirTemplate(name=f"t_{n}", text="Bonjour") for n in range(120)]
    desk.is_synchronised()
    assert len(templates(desk)) == 100
    shown = asks(desk)
    assert (shown["templates"], shown["left_out"], shown["fault"]) == (120, 0, None)


def test_what_is_not_otherwise_is_not_recorded_again(desk: Desk, meta: Cloud) -> None:
    meta.rules.templates = [THEIRS]
    desk.is_synchronised()
    id_ = templates(desk)["rappel_24h"]["id"]
    where = f"/v1/message-templates/{id_}/history"
    before = desk.running.http().get(where).json()
    asks(desk)
    assert desk.running.http().get(where).json() == before


def test_it_is_heard_again_each_day(desk: Desk, meta: Cloud) -> None:
    meta.rules.templates = [THEIRS]
    desk.is_synchronised()
    meta.rules.templates = [TheirTemplate(name="rappel_24h", text=THEIRS.text, status="PAUSED")]
    desk.running.system.walk(desk.running.clock() + DAY + timedelta(minutes=1))

    assert stands(desk) == [("fr", "paused", None)]


def test_what_follows_their_words_does_and_what_was_worded_here_does_not(
    desk: Desk, meta: Cloud
) -> None:
    meta.rules.templates = [THEIRS, TheirTemplate(name="merci", text="Merci {{1}} !")]
    id_ = made(desk)
    desk.is_synchronised()
    meta.rules.templates = [
        TheirTemplate(name="rappel_24h", text="Salut {{1}}, à {{2}} !"),
        TheirTemplate(name="merci", text="Merci beaucoup {{1}} !"),
    ]
    asks(desk)

    found = templates(desk)
    assert found["merci"]["says"]["fr"]["text"] == "Merci beaucoup {{1}} !"
    assert found["rappel_24h"]["says"]["fr"]["text"] == "Bonjour {{first_name}}, à {{time}} !"
    assert found["rappel_24h"]["id"] == id_


def test_what_is_there_no_more_is_known_no_more_and_what_was_removed_here_stays_so(
    desk: Desk, meta: Cloud
) -> None:
    meta.rules.templates = [THEIRS, TheirTemplate(name="merci", text="Merci !")]
    desk.is_synchronised()
    removed = templates(desk)["merci"]["id"]
    assert desk.ana.http.delete(f"/v1/message-templates/{removed}").status_code == 204
    meta.rules.templates = meta.rules.templates[1:]
    asks(desk)

    assert {*templates(desk)} == {"rappel_24h"}
    assert stands(desk) == []


def test_a_shortcut_that_another_has_is_not_taken_from_it(desk: Desk, meta: Cloud) -> None:
    made(desk, shortcut="merci", name=None)
    meta.rules.templates = [TheirTemplate(name="merci", text="Merci !")]
    desk.is_synchronised()
    assert templates(desk)["merci"]["shortcut"] == "merci-2"


def test_what_could_not_be_said_here_is_left_there(desk: Desk, meta: Cloud) -> None:
    meta.rules.templates = [
        TheirTemplate(name="spanish", text="Gracias", language="es"),
        TheirTemplate(name="code", text="", category="AUTHENTICATION"),
        TheirTemplate(name="odd", text="Bonjour {{First}}"),
        TheirTemplate(name="Étrange", text="Bonjour"),
        TheirTemplate(name="long", text="x" * 5_000),
        TheirTemplate(name="split", text="Bonjour {{1}}"),
        TheirTemplate(name="split", text="Hello", language="en"),
    ]
    desk.is_synchronised()

    found = templates(desk)
    assert {*found} == {"split"}
    assert found["split"]["says"]["en"] is None
    shown = desk.ana.http.get(SYNCHRONISATION).json()
    assert (shown["templates"], shown["left_out"]) == (4, 2)


@pytest.mark.parametrize(
    "more",
    [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "HEADER", "format": "TEXT", "text": "{{1}}"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://a.example/{{1}}"}]},
        {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE"}]},
        {"type": "CAROUSEL"},
    ],
)
def test_what_would_have_more_to_be_filled_in_is_not_sent_as_theirs(
    desk: Desk, meta: Cloud, more: dict[str, Any]
) -> None:
    meta.rules.templates = [TheirTemplate(name="rappel_24h", text=THEIRS.text, more=[more])]
    id_ = made(desk)
    desk.is_synchronised()
    assert templates(desk)["rappel_24h"]["approvals"][0]["more"] is True
    desk.is_written_to()
    desk.running.clock.set(desk.running.clock() + 2 * DAY)
    assert says(desk, desk.threads[0], id_).json()["code"] == "window-closed"


def test_footers_and_buttons_that_say_the_same_each_time_are_no_hindrance(
    desk: Desk, meta: Cloud
) -> None:
    more: list[dict[str, Any]] = [
        {"type": "HEADER", "format": "TEXT", "text": "Salon Ana"},
        {"type": "FOOTER", "text": "À bientôt"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Oui"}]},
    ]
    meta.rules.templates = [TheirTemplate(name="rappel_24h", text=THEIRS.text, more=more)]
    made(desk)
    desk.is_synchronised()
    assert templates(desk)["rappel_24h"]["approvals"][0]["more"] is False


# --- What Meta calls about ----------------------------------------------------------------


def test_what_meta_says_of_a_template_is_known_at_once(desk: Desk, meta: Cloud) -> None:
    approved(desk)
    desk.is_synchronised()
    is_otherwise(desk, event="PAUSED", reason="NONE")
    assert stands(desk) == [("fr", "paused", None)]
    rejection = {"reason": "Two places side by side.", "recommendation": "Separate them."}
    is_otherwise(desk, event="REJECTED", reason="INVALID_FORMAT", rejection_info=rejection)
    assert stands(desk) == [("fr", "rejected", "Two places side by side.")]
    is_otherwise(desk, event="APPROVED", reason="NONE")
    assert stands(desk) == [("fr", "approved", None)]

    quality = {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW"}
    is_otherwise(desk, "message_template_quality_update", **quality)
    is_otherwise(desk, "template_category_update", new_category="MARKETING")
    [known] = templates(desk)["rappel_24h"]["approvals"]
    assert (known["quality"], known["category"], known["status"]) == (
        *("yellow", "marketing"),
        "approved",
    )
    assert {each.state for each in desk.running.system.receipts.find(None)} == {"understood"}


def test_of_what_was_not_known_all_is_heard(desk: Desk, meta: Cloud) -> None:
    desk.is_synchronised()
    meta.rules.templates = [THEIRS]
    is_otherwise(desk, event="APPROVED", reason="NONE")
    assert stands(desk) == [("fr", "approved", None)]

    meta.rules.templates = [TheirTemplate(name="rappel_24h", text="Salut {{1}} et {{2}}")]
    text = {"message_template_element": "Salut {{1}} et {{2}}"}
    is_otherwise(desk, "message_template_components_update", **text)
    assert templates(desk)["rappel_24h"]["says"]["fr"]["text"] == "Salut {{1}} et {{2}}"


# --- What goes wrong ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "stands_after"),
    [
        ("PAUSED", "132015", "paused"),
        ("DISABLED", "132016", "disabled"),
        ("PENDING", "132001", "missing"),
    ],
)
def test_what_is_not_as_we_knew_it_fails_with_its_code_and_stands_so_afterwards(
    desk: Desk, meta: Cloud, status: str, code: str, stands_after: str
) -> None:
    desk.is_written_to()
    id_ = approved(desk)
    meta.rules.templates = [TheirTemplate(name="rappel_24h", text=THEIRS.text, status=status)]
    said = says(desk, desk.threads[0], id_).json()
    desk.running.settle()

    shown = desk.message(said)
    assert (shown["status"], shown["reason"], meta.book) == ("failed", code, [])
    assert stands(desk) == [("fr", stands_after, code)]


def test_what_has_other_places_there_fails_and_whoever_writes_templates_sees_why(
    desk: Desk, meta: Cloud
) -> None:
    desk.is_written_to()
    id_ = approved(desk)
    meta.rules.templates = [TheirTemplate(name="rappel_24h", text="Bonjour {{1}} !")]
    said = says(desk, desk.threads[0], id_).json()
    desk.running.settle()

    assert desk.message(said)["reason"] == "132000"
    assert stands(desk) == [("fr", "approved", "132000")]


def test_where_nobody_can_be_asked_that_is_said(desk: Desk) -> None:
    refused = desk.ana.http.post(SYNCHRONISATION)
    assert (refused.status_code, refused.json()["code"]) == (409, "templates-not-configured")
    assert desk.ana.http.get(SYNCHRONISATION).json()["is_under_way"] is False

    desk.is_synchronised()
    desk.ana.http.post(SYNCHRONISATION)
    desk.running.order(RemoveConfiguration(key="whatsapp.cloud"))
    desk.running.system.walk(desk.running.clock() + 3 * DAY)
    assert desk.ana.http.get(SYNCHRONISATION).json()["is_under_way"] is False


def test_a_token_that_is_not_good_any_more_is_the_fault(desk: Desk, meta: Cloud) -> None:
    meta.faults = [Fault.TOKEN]
    desk.is_synchronised()
    assert desk.ana.http.get(SYNCHRONISATION).json()["fault"] == "190"


def test_who_is_away_is_asked_again_until_they_are_there(desk: Desk, meta: Cloud) -> None:
    meta.rules.templates = [THEIRS]
    meta.faults = [Fault.TROUBLE, Fault.LIMIT]
    desk.is_synchronised()
    assert templates(desk) == {}
    [failing] = desk.running.system.jobs.find(None, status=JobStatus.FAILING)
    assert failing.kind == "hear-templates"

    desk.running.system.walk(desk.running.clock() + timedelta(hours=1))
    assert stands(desk) == [("fr", "approved", None)]
