"""Providers are asked over their own protocols, and nothing of their answers is told."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.configuration.checks import Addresses, ProviderChecks
from adapters.outgoing import HttpOutgoing
from application.business.configuration import Checks, ProviderAwayError
from domain.business.configuration import Objection
from domain.business.configuration.declared import Pusher, Resend, Stripe, WhatsappCloud
from domain.confidential import Secret
from tests.business.configuration.examples import BAD_KEY, GOOD_KEY
from tests.business.configuration.provider import (
    APP_SECRET,
    NUMBER,
    PUSHER,
    RESEND_KEY,
    RESTRICTED,
    TOKEN,
    Provider,
    provider,
)
from tests.outgoing.conftest import Out
from tests.outgoing.somebody import NOW, Authority


@pytest.fixture
def there() -> Iterator[Provider]:
    """Whoever is asked what they take."""
    with provider() as there:
        yield there


WHATSAPP = WhatsappCloud(
    phone_number_id=NUMBER, access_token=Secret(value=TOKEN), app_secret=Secret(value=APP_SECRET)
)
APP = Pusher(app_id=PUSHER[0], key=PUSHER[1], secret=Secret(value=PUSHER[2]))
OTHER = Secret(value=BAD_KEY)


def checks(there: Provider, out: Out) -> Checks:
    addresses = Addresses(stripe=there.url, resend=there.url, whatsapp=there.url)
    return ProviderChecks(out(there), addresses, lambda: NOW).by_key


@pytest.mark.parametrize(
    ("key", "values", "objection"),
    [
        ("stripe", Stripe(secret_key=Secret(value=GOOD_KEY)), None),
        ("stripe", Stripe(secret_key=Secret(value=RESTRICTED)), None),
        ("stripe", Stripe(secret_key=OTHER), Objection.KEY_REJECTED),
        ("stripe", Stripe(secret_key=Secret(value="a\r\nX: b")), Objection.KEY_REJECTED),
        ("stripe", Stripe(secret_key=Secret(value="clé")), Objection.KEY_REJECTED),
        ("resend", Resend(api_key=Secret(value=RESEND_KEY)), None),
        ("resend", Resend(api_key=OTHER), Objection.KEY_REJECTED),
        ("whatsapp.cloud", WHATSAPP, None),
        ("whatsapp.cloud", replace(WHATSAPP, access_token=OTHER), Objection.KEY_REJECTED),
        ("whatsapp.cloud", replace(WHATSAPP, app_secret=OTHER), Objection.NOT_TAKEN),
        ("whatsapp.cloud", replace(WHATSAPP, phone_number_id="7"), Objection.NOT_TAKEN),
    ],
)
def test_a_provider_says_what_it_takes(
    there: Provider, out: Out, key: str, values: Any, objection: Objection | None
) -> None:
    assert checks(there, out)[key](values) == objection


@pytest.mark.parametrize(
    ("values", "objection"),
    [
        (APP, None),
        (replace(APP, secret=OTHER), Objection.KEY_REJECTED),
        (replace(APP, key="another & more"), Objection.KEY_REJECTED),
        (replace(APP, app_id="7"), Objection.NOT_TAKEN),
    ],
)
def test_what_is_signed_is_verified(
    authority: Authority, out: Out, values: Pusher, objection: Objection | None
) -> None:
    with provider(authority.vouches_for("ws.example")) as there:
        values = replace(values, host="ws.example", port=there.port)

        assert checks(there, out)["pusher"](values) == objection


def test_a_host_of_ours_is_not_asked(there: Provider, out: Out) -> None:
    values = replace(APP, host="10.0.0.1", port=there.port)

    assert checks(there, out)["pusher"](values) is Objection.ADDRESS_NOT_ALLOWED
    assert there.asked == []


def test_trouble_at_the_provider_says_nothing_of_what_was_typed(there: Provider, out: Out) -> None:
    there.away = True

    with pytest.raises(ProviderAwayError, match="status 503"):
        checks(there, out)["stripe"](Stripe(secret_key=Secret(value=GOOD_KEY)))


def test_a_providers_own_address_that_is_not_known_is_trouble(out: Out, there: Provider) -> None:
    way: HttpOutgoing = out(there)
    nowhere = Addresses(stripe="http://10.0.0.1")

    with pytest.raises(ProviderAwayError, match="address-not-allowed"):
        ProviderChecks(way, nowhere, lambda: NOW).stripe(Stripe(secret_key=OTHER))
