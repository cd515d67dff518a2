"""What is made of a template that Meta has approved goes out as Meta's, at any time, to whoever has a number."""

from datetime import timedelta
from typing import Any, Final

import pytest

from application.ports import Answer
from domain.conversations.messages import MessagePosted
from domain.conversations.reaching import ClientNotReachable, WriteToClient
from domain.conversations.templates import FromTemplate, TemplateId
from domain.values import ClientId
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import Cloud, told
from tests.conversations.whatsapp.cloud_templates import TheirTemplate
from tests.conversations.whatsapp.templates import VALUES, approved, says

pytestmark = pytest.mark.postgres

DAYS: Final = timedelta(days=3)


def is_told(desk: Desk, client_id: str, template_id: str, **values: str) -> dict[str, Any]:
    """Let a client be told by the product itself; return the message, after it was carried or not."""
    told_by = FromTemplate(id=TemplateId(template_id), values=values or VALUES)
    order = WriteToClient(client_id=ClientId(client_id), channel="whatsapp", template=told_by)
    answer = desk.running.order(order)
    desk.running.settle()
    return desk.message({"id": posted(answer)})


def posted(answer: Answer) -> str:
    return next(past.stream for past in answer.recorded if isinstance(past.event, MessagePosted))


def client_of(desk: Desk, **more: Any) -> str:
    answer = desk.ana.http.post("/v1/clients", json={"name": "Zoé Dupont", **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize("later", [timedelta(0), DAYS])
def test_what_is_made_of_an_approved_template_goes_out_as_one_at_any_time(
    desk: Desk, meta: Cloud, later: timedelta
) -> None:
    desk.is_written_to()
    [thread] = desk.threads
    id_ = approved(desk)
    desk.running.clock.set(desk.running.clock() + later)

    said = says(desk, thread, id_).json()
    desk.running.settle()

    assert desk.message(said)["status"] == "sent"
    assert said["text"] == "Bonjour Zoé, à 10 h !"
    assert meta.book == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "33612345678",
            "type": "template",
            "template": {
                "name": "rappel_24h",
                "language": {"code": "fr"},
                "components": [
                    {
                        "type": "body",
                        "parameters": [
                            {"type": "text", "text": "Zoé"},
                            {"type": "text", "text": "10 h"},
                        ],
                    }
                ],
            },
            "biz_opaque_callback_data": said["id"],
        }
    ]


def test_what_has_names_at_meta_is_given_by_them(desk: Desk, meta: Cloud) -> None:
    desk.is_written_to()
    named = TheirTemplate(name="rappel_24h", text="Bonjour {{first_name}}, à {{time}} !")
    said = says(desk, desk.threads[0], approved(desk, named)).json()
    desk.running.settle()

    assert desk.message(said)["status"] == "sent"
    [body] = meta.book[0]["template"]["components"]
    assert [each["parameter_name"] for each in body["parameters"]] == ["first_name", "time"]


def test_a_notice_goes_to_whoever_never_wrote_and_their_answer_is_in_the_same_conversation(
    desk: Desk, meta: Cloud
) -> None:
    client = client_of(desk, phone="+5531988888888")
    meta.called = {"5531988888888": "553188888888"}
    notice = is_told(desk, client, approved(desk))
    assert (notice["status"], notice["kind"], notice["author"]) == ("sent", "system", "frontdesk")
    assert [each["to"] for each in meta.book] == ["5531988888888"]

    desk.is_called(told((meta.name(1), "read"), at=desk.now))
    desk.is_written_to("wamid.1", "Parfait", by="553188888888")

    [thread] = desk.threads
    assert thread["client_id"] == client
    assert desk.ana.hears(thread) == ["Bonjour Zoé, à 10 h !", "Parfait"]
    assert desk.message(notice)["status"] == "read"
    assert desk.answers("À demain")["status"] == "sent"
    assert meta.book[-1]["to"] == "553188888888"


def test_by_what_meta_calls_somebody_they_are_known_from_then_on(desk: Desk, meta: Cloud) -> None:
    client = client_of(desk, phone="+33612345678")
    meta.called = {"33612345678": "33712345678"}
    is_told(desk, client, approved(desk))
    desk.is_written_to("wamid.1", "C'est mon autre numéro", by="33712345678")
    assert [each["client_id"] for each in desk.threads] == [client]


def test_who_has_no_number_cannot_be_told(desk: Desk) -> None:
    client = client_of(desk, email="zoe@example.org")
    id_ = approved(desk)
    with pytest.raises(ClientNotReachable):
        is_told(desk, client, id_)
    assert desk.threads == []
