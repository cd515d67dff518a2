"""Access tokens: JWTs, signed by a ring of keys. Whoever shows one is known without asking anybody."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import jwt
import msgspec
from uuid_utils import uuid7

from application.business.accounts import InvalidToken, TokenExpired
from application.permissions import Principal, permissions_of
from application.ports import Clock
from domain.business.users import Role
from domain.macs import mac
from domain.values import ClientId, ProfessionalId, TenantId, UserId

ALGORITHM: Final = "HS256"
ISSUER: Final = "frontdesk"
AUDIENCE: Final = "frontdesk-api"

LONGEST: Final = 8_192
"""Characters of a token. To decode what anybody sends takes as long as it is."""
LEAST_SECRET: Final = 32
REMEMBERED: Final = 10_000


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a token says. No name and no address: anybody who sees a token can read it."""

    iss: str
    aud: str
    sub: UserId
    tenant: TenantId
    roles: tuple[Role, ...]
    sid: str
    jti: str
    iat: int
    exp: int
    professional: ProfessionalId | None = None
    client: ClientId | None = None
    earlier: tuple[ClientId, ...] = ()


class Verified(NamedTuple):
    """A token whose signature was found right, and until when it counts."""

    principal: Principal
    expires_at: datetime


class AccessTokens:
    """The first secret signs, all verify: a new one is put in front and the old one leaves later.

    Verifying runs on every request, so what was found right is remembered by the token's text.
    """

    def __init__(
        self, secrets: Sequence[str], clock: Clock, lifetime: timedelta = timedelta(minutes=15)
    ) -> None:
        if not secrets or any(len(secret) < LEAST_SECRET for secret in secrets):
            raise ValueError(f"each secret needs {LEAST_SECRET} characters")
        self._ring: Mapping[str, str] = {_name(secret): secret for secret in secrets}
        self._current = _name(secrets[0])
        self._clock = clock
        self.lifetime = lifetime
        self._known = lru_cache(maxsize=REMEMBERED)(self._verify)

    @property
    def names(self) -> Sequence[str]:
        """Names of the secrets, in the order of the ring."""
        return list(self._ring)

    def use(self, number: int) -> None:
        """Sign with this secret of the ring from now on."""
        self._current = self.names[number]

    def issue(self, principal: Principal) -> str:
        """Return a token that says who this is, for a while."""
        now = self._clock()
        claims = Claims(
            iss=ISSUER,
            aud=AUDIENCE,
            sub=principal.user_id,
            tenant=principal.tenant_id,
            roles=principal.roles,
            sid=principal.session_id,
            jti=str(uuid7()),
            iat=int(now.timestamp()),
            exp=int((now + self.lifetime).timestamp()),
            professional=principal.professional_id,
            client=principal.client_id,
            earlier=principal.earlier_clients,
        )
        return jwt.encode(
            msgspec.to_builtins(claims),
            self._ring[self._current],
            algorithm=ALGORITHM,
            headers={"kid": self._current},
        )

    def principal(self, token: str) -> Principal:
        """Return who this is. Raises InvalidToken, TokenExpired."""
        principal, expires_at = self._known(token)
        if self._clock() >= expires_at:
            raise TokenExpired
        return principal

    def ends(self, token: str) -> datetime:
        """Return until when a token counts. Raises InvalidToken."""
        return self._known(token).expires_at

    def _verify(self, token: str) -> Verified:
        """Check all but the time, of which only our clock knows. What is refused is forgotten."""
        if len(token) > LONGEST:
            raise InvalidToken
        try:
            claims = msgspec.convert(self._decoded(token), Claims)
        except (jwt.InvalidTokenError, msgspec.ValidationError, KeyError, ValueError):
            raise InvalidToken from None
        principal = Principal(
            tenant_id=claims.tenant,
            user_id=claims.sub,
            roles=claims.roles,
            permissions=permissions_of(claims.roles),
            session_id=claims.sid,
            professional_id=claims.professional,
            client_id=claims.client,
            earlier_clients=claims.earlier,
        )
        return Verified(principal, datetime.fromtimestamp(claims.exp, UTC))

    def _decoded(self, token: str) -> dict[str, object]:
        decoded: dict[str, object] = jwt.decode(
            token,
            self._ring[jwt.get_unverified_header(token)["kid"]],
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        return decoded


def _name(secret: str) -> str:
    """Name a secret in tokens, without saying anything about it."""
    return mac(secret.encode(), b"name of this key")[:6].hex()


def names_of(secrets: Sequence[str]) -> list[str]:
    """Name secrets, in their order."""
    return [_name(secret) for secret in secrets]
