"""Shows what was typed to the provider it is for, by a question that changes nothing there.

All of it goes out as anything does that others typed (`application/outgoing`). Of an answer nothing is told
but an `Objection`; whatever cannot be told from trouble at the provider is asked again.
"""

import base64
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from application.business.configuration import Checks, ProviderAwayError
from application.outgoing import Failed, Outgoing, Request
from application.ports import Clock
from application.publishing.events import signed
from application.realtime import App
from domain.business.configuration import Objection
from domain.business.configuration.declared import (
    LabsMobile,
    Pusher,
    Resend,
    Stripe,
    WhatsappCloud,
)
from domain.confidential import Secret
from domain.macs import mac
from domain.messages import Value

GRAPH: Final = "v23.0"
"""The version of Meta's Graph API that is asked."""

VISIBLE: Final = re.compile(r"[!-~]+")
TAKEN: Final = frozenset({200})

OBJECTIONS: Final[Mapping[int, Objection]] = {
    400: Objection.NOT_TAKEN,
    401: Objection.KEY_REJECTED,
    403: Objection.NOT_PERMITTED,
    404: Objection.NOT_TAKEN,
}
"""What a status says of what was typed. Bodies of refusals nobody hears: see `application/outgoing`."""


class Addresses(Value, frozen=True, kw_only=True):
    """Where providers are."""

    stripe: str = "https://api.stripe.com"
    resend: str = "https://api.resend.com"
    whatsapp: str = "https://graph.facebook.com"
    labsmobile: str = "https://api.labsmobile.com"


class ProviderChecks:
    """The checks of all providers that can be asked."""

    def __init__(self, outgoing: Outgoing, addresses: Addresses, clock: Clock) -> None:
        self._outgoing = outgoing
        self._addresses = addresses
        self._clock = clock

    @property
    def by_key(self) -> Checks:
        """By the key of what each checks."""
        return {
            "stripe": self.stripe,
            "resend": self.resend,
            "whatsapp.cloud": self.whatsapp,
            "pusher": self.pusher,
            "sms.labsmobile": self.labsmobile,
        }

    def stripe(self, values: Stripe) -> Objection | None:
        """Ask for the balance (docs.stripe.com/api/balance). A restricted key may not have it: 403."""
        request = _bearing(values.secret_key, "GET", f"{self._addresses.stripe}/v1/balance")
        return self._asked(request, taken=TAKEN | {403})

    def resend(self, values: Resend) -> Objection | None:
        """Send a mail that has nothing in it, since a key may be good for sending only: 422 is what it is
        told, and no mail is sent (resend.com/docs/api-reference/errors).
        """
        request = _bearing(values.api_key, "POST", f"{self._addresses.resend}/emails", b"{}")
        return self._asked(request, taken=TAKEN | {422}, others={403: Objection.KEY_REJECTED})

    def whatsapp(self, values: WhatsappCloud) -> Objection | None:
        """Ask for each number, with a proof of the app secret: the one is as wrong as the other
        (developers.facebook.com/docs/graph-api/guides/secure-requests).
        """
        proof = _hmac(values.app_secret, values.access_token.value or "")
        asked = urlencode({"fields": "id", "appsecret_proof": proof})
        urls = (f"{self._addresses.whatsapp}/{GRAPH}/{each}?{asked}" for each in values.numbers)
        found = (self._asked(_bearing(values.access_token, "GET", url)) for url in urls)
        return next((each for each in found if each is not None), None)

    def labsmobile(self, values: LabsMobile) -> Objection | None:
        """Ask for the balance (apidocs.labsmobile.com)."""
        if not VISIBLE.fullmatch((values.token.value or "").replace(" ", "-")):
            return Objection.KEY_REJECTED
        url = f"{self._addresses.labsmobile}/json/balance"
        return self._asked(Request(method="GET", url=url, headers=authorized(values)))

    def pusher(self, values: Pusher) -> Objection | None:
        """Ask which channels there are, signed (pusher.com/docs/channels/library_auth_reference)."""
        app = App(values.key, (values.secret.value or "").encode())
        path = signed(app, "GET", f"/apps/{values.app_id}/channels", self._clock())
        where = f"https://{values.host}:{values.port}{path}"
        return self._asked(Request(method="GET", url=where), is_typed=True)

    def _asked(
        self,
        request: Request | None,
        *,
        is_typed: bool = False,
        taken: frozenset[int] = TAKEN,
        others: Mapping[int, Objection] = {},
    ) -> Objection | None:
        """Return what the answer says of what was typed, which may be the address (`is_typed`), too. Raises
        ProviderAwayError, if it says nothing.
        """
        if request is None:
            return Objection.KEY_REJECTED
        answer = self._outgoing.send(request)
        if isinstance(answer, Failed):
            if answer.why.is_final and is_typed:
                return Objection.ADDRESS_NOT_ALLOWED
            raise ProviderAwayError(answer.why.value)
        if answer.status in taken:
            return None
        objections = {**OBJECTIONS, **others}
        if answer.status not in objections:
            raise ProviderAwayError(f"status {answer.status}")
        return objections[answer.status]


def _bearing(secret: Secret, method: str, url: str, body: bytes = b"") -> Request | None:
    """Return a question in the name of a key; none in the name of what cannot stand in a header."""
    if not VISIBLE.fullmatch(secret.value or ""):
        return None
    kind = "application/json"
    headers = [("Accept", kind), ("Authorization", f"Bearer {secret.value}")]
    if body:
        headers.append(("Content-Type", kind))
    return Request(method=method, url=url, headers=headers, body=body)


def authorized(account: LabsMobile) -> list[tuple[str, str]]:
    """Return the headers of a question in the name of an account at LabsMobile."""
    known = base64.b64encode(f"{account.user}:{account.token.value}".encode()).decode()
    kind = "application/json"
    return [("Accept", kind), ("Authorization", f"Basic {known}"), ("Content-Type", kind)]


def _hmac(secret: Secret, text: str) -> str:
    return mac((secret.value or "").encode(), text.encode()).hex()
