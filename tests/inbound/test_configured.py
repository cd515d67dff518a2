"""A provider is known by what its business has configured."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.clock import SettableClock
from application.inbound import PROVIDERS
from domain.business.configuration import BY_KEY, DECLARED, Configure, LetGoOfFormer, typed_of
from domain.business.configuration.declared import Resend, Stripe, WhatsappCloud
from domain.confidential import Secret, kept
from domain.messages import Value
from infra.composition import System, running_system
from infra.settings import Settings
from tests.inbound.callers import OURS, SECRET, SECRETS
from tests.inbound.inbox import Inbox
from tests.inbound.understood import TENANT, understanding
from tests.running import Running

pytestmark = pytest.mark.postgres

ID = "configuration-0198c0de-0000-7000-8000-000000000001"


@pytest.fixture
def system(dsn: str, clock: SettableClock, settings: Settings) -> Iterator[System]:
    """Nothing stands in the environment."""
    bare = settings.model_copy(update={"inbound_secrets": {}, "public_url": OURS})
    with running_system(bare, dsn, clock=clock, providers=understanding()) as system:
        yield system


def configured(running: Running, key: str, values: Value) -> None:
    """Let a provider have taken these values."""
    typed = typed_of(values)
    taken = replace(
        typed, secrets=tuple(replace(each, secret=kept(each.secret)) for each in typed.secrets)
    )
    running.order(Configure(id=ID, key=key, values=typed, verified=taken))


def stripe(signs: bytes) -> Any:
    return Stripe(
        secret_key=Secret(value="sk-test-0000000000001"),
        webhook_secret=Secret(value=signs.decode()),
    )


def test_nobody_is_heard_before_anything_is_configured(inbox: Inbox) -> None:
    assert inbox.call("stripe").status_code == 404


def test_what_is_signed_with_what_was_configured_is_kept(inbox: Inbox) -> None:
    configured(inbox.running, "stripe", stripe(SECRET))

    assert inbox.call("stripe").status_code == 200
    assert inbox.states() == ["waiting"]


def test_the_former_secret_is_good_until_it_is_let_go_of(inbox: Inbox) -> None:
    configured(inbox.running, "stripe", stripe(SECRET))
    inbox.call("stripe")
    newer = Configure(id=ID, key="stripe", values=typed_of(stripe(b"another-secret-of-stripe")))
    inbox.running.order(replace(newer, is_checked=False))

    meanwhile = inbox.call("stripe")
    inbox.running.order(LetGoOfFormer(key="stripe"))
    afterwards = inbox.call("stripe")

    assert (meanwhile.status_code, afterwards.status_code) == (200, 403)


def test_what_is_configured_and_cannot_be_read_proves_nothing_and_breaks_nothing(
    inbox: Inbox,
) -> None:
    mistyped = Resend(api_key=Secret(value="re-1"), webhook_secret=Secret(value="whsec-of-no-form"))
    configured(inbox.running, "resend", mistyped)

    refused = inbox.call("resend")

    assert (refused.status_code, refused.json()["code"]) == (403, "signature-wrong")


def test_whatever_verifies_is_that_of_a_provider_who_calls() -> None:
    assert {each.key for each in DECLARED if each.verifies} <= {each.key for each in PROVIDERS}
    assert all(
        each.handshake.token in BY_KEY[each.key].secrets for each in PROVIDERS if each.handshake
    )


def test_a_handshake_is_made_with_the_token_that_was_configured(inbox: Inbox) -> None:
    token = SECRETS["whatsapp-verify"].decode()
    values = WhatsappCloud(
        phone_number_id="1",
        access_token=Secret(value="EAAG-0001"),
        app_secret=Secret(value=SECRET.decode()),
        verify_token=Secret(value=token),
    )
    configured(inbox.running, "whatsapp.cloud", values)

    asked = {"hub.mode": "subscribe", "hub.challenge": "4711", "hub.verify_token": token}
    answer = inbox.http.get(f"/v1/inbound/{TENANT}/whatsapp", params=asked)
    wrong = {**asked, "hub.verify_token": "another"}

    assert (answer.status_code, answer.text) == (200, "4711")
    assert inbox.http.get(f"/v1/inbound/{TENANT}/whatsapp", params=wrong).status_code == 403
    assert inbox.call("whatsapp").status_code == 200
