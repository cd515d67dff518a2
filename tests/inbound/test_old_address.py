"""Where the chat desk's worker called, and Meta: it goes on being taken there."""

import pytest

from tests.inbound.callers import said
from tests.inbound.inbox import Inbox
from tests.inbound.understood import TENANT

pytestmark = pytest.mark.postgres

OLD = f"/whatsapp/webhook/{TENANT}"


@pytest.mark.parametrize("provider", ["evolution", "whatsapp"])
def test_who_calls_at_the_old_address_is_heard_as_at_the_new_one(
    inbox: Inbox, provider: str
) -> None:
    body = said(provider, at=inbox.now)
    taken = inbox.http.post(OLD, content=body, headers=inbox.signed(provider, body))
    again = inbox.call(provider, body)

    assert (taken.status_code, again.status_code) == (200, 200)
    assert taken.headers["deprecation"]
    [receipt] = inbox.receipts()
    assert receipt.provider == provider


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer a.b.c"}, 403),
        ({"X-Hub-Signature-256": "sha256=" + "0" * 64}, 403),
    ],
)
def test_who_proves_nothing_is_not_heard_there_either(
    inbox: Inbox, headers: dict[str, str], status: int
) -> None:
    body = said("evolution", at=inbox.now)
    assert inbox.http.post(OLD, content=body, headers=headers).status_code == status
    assert inbox.states() == []
