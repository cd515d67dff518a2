"""The secrets of providers: those that a business has configured, and those that the environment says."""

from collections.abc import Mapping, Sequence

from application.business.configuration import Configured
from application.inbound.providers import Handshake, Provider
from domain.confidential import Secret


class AgreedSecrets:
    """`application.inbound.Secrets`: what a business has configured, the newest first, before what the
    `environment` says by tenant and name.
    """

    def __init__(
        self, configured: Configured, environment: Mapping[tuple[str, str], Sequence[bytes]]
    ) -> None:
        self._configured = configured
        self._environment = environment

    def secrets_of(self, tenant: str, provider: Provider) -> Sequence[bytes]:
        """Return those by which it signs: none, one, or several while they are changed."""
        own = self._configured.secrets_of(tenant, provider.key)
        return (*own, *self._environment.get((tenant, provider.name), ()))

    def tokens_of(self, tenant: str, provider: Provider, handshake: Handshake) -> Sequence[bytes]:
        """Return those with which it makes its handshake."""
        own = getattr(self._configured.values(tenant, provider.key), handshake.token, None)
        configured = [own.value.encode()] if isinstance(own, Secret) and own.value else []
        return (*configured, *self._environment.get((tenant, handshake.name), ()))
