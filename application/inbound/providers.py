"""Every provider that may call: how it signs, by what its calls are known again, and what is not kept.

What a call means is said by whoever understands it: `understand` returns the commands that follow from it,
or None as long as nobody does. It is asked after the call was kept, and may be asked again.

One more is a value here, with its scheme in `schemes.py` or `public_keys.py`; and how it signs in tests, in
`tests/inbound/callers.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from application.inbound import public_keys, schemes
from application.inbound.arrivals import (
    Arrival,
    KnownBy,
    field_of,
    header_of,
    whatever_is_asked,
    whole_body,
)
from application.inbound.schemes import lyra_answer, twilio_text
from application.inbound.signatures import Scheme
from domain.messages import Command, Value
from domain.values import TenantId


class Received(Value, frozen=True, kw_only=True):
    """A call that was kept, as whoever understands it sees it: without what was not to be kept."""

    id: str
    tenant: TenantId
    provider: str
    received_at: datetime
    arrival: Arrival


Understand = Callable[[Received], Sequence[Command] | None]


def nobody(_: Received) -> None:
    """Understand nothing yet."""


class Handshake(Value, frozen=True, kw_only=True):
    """Where the token of a handshake is found: in the environment by its `name`, and in what a business
    configures as the field `token`.
    """

    name: str
    token: str


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is the last part of its address, and permanent; `configured_as` the key under which a business
    configures it, where that is another. `known_by` says what is proven to be the same when a call is sent
    again. `strips` are headers and fields of JSON that hold a secret of the sender; `type_in` the field that
    says what kind of call it is. `is_in_address`: it signs nothing, and calls an address that only it knows.
    """

    name: str
    configured_as: str | None = None
    scheme: Scheme
    known_by: KnownBy = whole_body
    strips_headers: tuple[bytes, ...] = ()
    strips_fields: tuple[str, ...] = ()
    type_in: str = "type"
    is_in_address: bool = False
    handshake: Handshake | None = None
    understand: Understand = nobody

    @property
    def key(self) -> str:
        """The key under which a business configures it."""
        return self.configured_as or self.name


LABSMOBILE: Final = "labsmobile"

PROVIDERS: Final[tuple[Provider, ...]] = (
    Provider(
        name="whatsapp",
        configured_as="whatsapp.cloud",
        scheme=schemes.META,
        type_in="object",
        handshake=Handshake(name="whatsapp-verify", token="verify_token"),  # noqa: S106 - its name
    ),
    Provider(
        name="evolution",
        scheme=schemes.EVOLUTION,
        strips_fields=("apikey",),
        type_in="event",
    ),
    Provider(name="waha", scheme=schemes.WAHA, known_by=field_of("id"), type_in="event"),
    Provider(name="resend", scheme=public_keys.SVIX, known_by=header_of(b"svix-id")),
    Provider(name="sendgrid", scheme=public_keys.SENDGRID, type_in="event"),
    Provider(name="brevo", scheme=schemes.SHARED, type_in="event"),
    Provider(
        name="twilio", scheme=schemes.TWILIO, known_by=lambda call: b"text " + twilio_text(call)
    ),
    Provider(
        name=LABSMOBILE,
        configured_as="sms.labsmobile",
        scheme=schemes.IN_ADDRESS,
        known_by=whatever_is_asked,
        is_in_address=True,
    ),
    Provider(name="stripe", scheme=schemes.STRIPE, known_by=field_of("id")),
    Provider(name="practice", scheme=schemes.PRACTICE, known_by=field_of("id")),
    Provider(
        name="lyra", scheme=schemes.LYRA, known_by=lambda call: b"answer " + lyra_answer(call)
    ),
    Provider(name="pusher", scheme=schemes.PUSHER),
    Provider(name="ghl", scheme=public_keys.GHL, known_by=field_of("webhookId")),
    Provider(
        name="standard-webhooks", scheme=public_keys.STANDARD, known_by=header_of(b"webhook-id")
    ),
)


def taught(providers: Sequence[Provider], name: str, understand: Understand) -> Sequence[Provider]:
    """Return the providers, of which the one with this name is understood so."""
    return tuple(
        replace(each, understand=understand) if each.name == name else each for each in providers
    )


def by_name(providers: Sequence[Provider]) -> Mapping[str, Provider]:
    """Return them by the names that stand in addresses."""
    return {each.name: each for each in providers}
