"""The secrets of providers: those that a business has configured, and those that the environment says."""

from collections.abc import Mapping, Sequence
from typing import Final

from application.business.configuration import Configured
from domain.confidential import Secret

WHATSAPP: Final = "whatsapp.cloud"
CONFIGURED_AS: Final = {"whatsapp": WHATSAPP}
"""Under which key a provider is configured, where that is not its name."""

TOKENS: Final = {"whatsapp-verify": (WHATSAPP, "verify_token")}
"""What a handshake is made with: a value of its own."""


class SecretsOfEnvironment:
    """By tenant and provider."""

    def __init__(self, known: Mapping[tuple[str, str], Sequence[bytes]]) -> None:
        self._known = known

    def secrets_of(self, tenant: str, provider: str) -> Sequence[bytes]:
        """Return those that are in force: none, one, or two while they are changed."""
        return self._known.get((tenant, provider), ())


class AgreedSecrets:
    """What a business has configured, before what the environment says."""

    def __init__(self, configured: Configured, environment: SecretsOfEnvironment) -> None:
        self._configured = configured
        self._environment = environment

    def secrets_of(self, tenant: str, provider: str) -> Sequence[bytes]:
        """Return those that are in force, the newest first."""
        own = self._token(tenant, provider) if provider in TOKENS else self._own(tenant, provider)
        return (*own, *self._environment.secrets_of(tenant, provider))

    def _own(self, tenant: str, provider: str) -> Sequence[bytes]:
        return self._configured.secrets_of(tenant, CONFIGURED_AS.get(provider, provider))

    def _token(self, tenant: str, provider: str) -> Sequence[bytes]:
        key, name = TOKENS[provider]
        token = getattr(self._configured.values(tenant, key), name, None)
        return (token.value.encode(),) if isinstance(token, Secret) and token.value else ()
