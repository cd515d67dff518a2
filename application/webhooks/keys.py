"""With what we sign: it follows, by the pepper, from the endpoint and the number of its secret. So it is kept
nowhere, is the same wherever it is asked for, and a new one is but a new number.
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from application.webhooks.signing import SYMMETRIC, private_key, public_half
from domain.business.webhooks import WebhookEndpoint
from domain.macs import mac
from domain.messages import Value


class SigningKeys(Value, frozen=True, kw_only=True):
    """What whoever receives has to know to see that it is from us: one of these, the newest first."""

    secrets: tuple[str, ...]
    public_keys: tuple[str, ...]


class Keyring:
    """Knows the keys of all endpoints."""

    def __init__(self, pepper: str) -> None:
        self._pepper = pepper.encode()

    def shown(self, tenant: str, id_: str, endpoint: WebhookEndpoint, now: datetime) -> SigningKeys:
        """Return what its owner tells whoever receives."""
        numbers = endpoint.secrets_at(now)
        return SigningKeys(
            secrets=tuple(self._secret(tenant, id_, each) for each in numbers),
            public_keys=tuple(public_half(self._private(tenant, id_, each)) for each in numbers),
        )

    def signing(
        self, tenant: str, id_: str, endpoint: WebhookEndpoint, now: datetime
    ) -> Sequence[str]:
        """Return all that something is signed with now."""
        numbers = endpoint.secrets_at(now)
        symmetric = [self._secret(tenant, id_, each) for each in numbers]
        return [*symmetric, *(self._private(tenant, id_, each) for each in numbers)]

    def _secret(self, tenant: str, id_: str, number: int) -> str:
        return SYMMETRIC + b64encode(self._derived("secret", tenant, id_, number)).decode()

    def _private(self, tenant: str, id_: str, number: int) -> str:
        return private_key(self._derived("private key", tenant, id_, number))

    def _derived(self, what: str, tenant: str, id_: str, number: int) -> bytes:
        said = f"webhook {what}/{tenant}/{id_}/{number}"
        return mac(self._pepper, said.encode())
