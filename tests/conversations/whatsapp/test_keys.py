"""To whom the key of a business is shown: to Meta, whatever address is told."""

import msgspec
import pytest

from adapters.whatsapp import CloudMedia
from application.operations.jobs import NotTakenError
from application.outgoing import Answered, Outcome, Request
from domain.business.configuration.declared import WhatsappCloud
from domain.confidential import Secret

ACCOUNT = WhatsappCloud(
    phone_number_id="1",
    access_token=Secret(value="planted-key-0001"),
    app_secret=Secret(value="planted-secret-0001"),
    verify_token=Secret(value="planted-word-0001"),
)


class Leads:
    """Says that a file lies at an address, and gives it to whoever asks there; `asked` is who was."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.asked: list[str] = []

    def send(self, request: Request) -> Outcome:
        """Answer."""
        self.asked.append(request.url)
        told = msgspec.json.encode({"url": self._url, "id": "1"})
        body = told if len(self.asked) == 1 else b"%PDF-1.7"
        return Answered(status=200, seconds=0.1, body=body)


@pytest.mark.parametrize(
    "url",
    [
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
        "https://mmg.whatsapp.net/v/1",
        "https://scontent.xx.fbcdn.net/v/1",
        "https://graph.facebook.com/attachments?mid=1",
    ],
)
def test_a_file_is_had_from_meta(url: str) -> None:
    there = Leads(url)
    assert CloudMedia(there, "https://graph.facebook.com").fetch(ACCOUNT, "1", 100).content
    assert there.asked == ["https://graph.facebook.com/v23.0/1", url]


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example.org/1",
        "https://fbsbx.com.example.org/1",
        "https://evilfbsbx.com/1",
        "https://lookaside.fbsbx.com@example.org/1",
        "https://graph.facebook.com:8443/1",
        "//example.org/1",
        "https://[lookaside.fbsbx.com",
        "",
    ],
)
def test_nobody_else_is_shown_the_key(url: str) -> None:
    there = Leads(url)
    with pytest.raises(NotTakenError):
        CloudMedia(there, "https://graph.facebook.com").fetch(ACCOUNT, "1", 100)
    assert there.asked == ["https://graph.facebook.com/v23.0/1"]
