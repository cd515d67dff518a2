"""Accounts: how people come in. What they are is in the log; what they prove it with is not.

register ─► reserve the address ─► record the user ─► activate        log in ─► a session
                                                                                 │  refresh, again and again
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from application.operations.jobs import Handlers, Job
from application.permissions import Principal
from application.ports import About, Answer
from application.processes.effects.business import EndSessions
from application.refusals import TooOften, Unproven
from domain.business.tenants import Business
from domain.business.users import Role
from domain.faults import Fault
from domain.messages import DomainError, Invalid, Value
from domain.values import ClientId, ProfessionalId, TenantId, UserId

# --- Why it may be refused ------------------------------------------------------------


class EmailTaken(DomainError):
    """There is an account with this e-mail address."""


class RegistrationUnderWay(DomainError):
    """Somebody is registering this e-mail address at this moment."""

    retry_after: int


class WeakPassword(Invalid):
    """The password is too easy to guess."""

    errors: Sequence[Fault]


class PasswordHashNotUnderstood(Invalid):
    """Only hashes of bcrypt and argon2id can be taken over."""


class WrongCredentials(Unproven):
    """The e-mail address or the password is wrong."""


class TooManyAttempts(TooOften):
    """Too many attempts; wait before you try again."""

    retry_after: int
    limit: int
    window: int


class InvalidToken(Unproven):
    """The access token is not valid, or its session has ended."""


class TokenExpired(Unproven):
    """The access token has expired; refresh it."""


class InvalidRefreshToken(Unproven):
    """The refresh token is not valid, was used before or has expired; log in again."""


# --- What goes in and out -------------------------------------------------------------


class NewAccount(Value, frozen=True, kw_only=True):
    """A person and how to log in: with a password, or with one hashed elsewhere (bcrypt, argon2).

    Not printed: neither the password nor the person belongs in a log file.
    """

    name: str
    email: str
    password: str = ""
    password_hash: str | None = None
    language: str | None = None

    def __repr__(self) -> str:
        return "NewAccount(…)"


class Registered(Value, frozen=True, kw_only=True):
    """Who came to be. `answer` is the log's."""

    tenant_id: TenantId
    user_id: UserId
    answer: Answer
    professional_id: ProfessionalId | None = None
    client_id: ClientId | None = None


class Tokens(Value, frozen=True, kw_only=True):
    """What a session goes on with. Not printed either."""

    access_token: str
    refresh_token: str
    expires_in: int

    def __repr__(self) -> str:
        return "Tokens(…)"


class Before(NamedTuple):
    """When something happened to a user: it has this version in their stream. The time is for sessions
    of which it is not known what they saw when they began.
    """

    version: int | None
    time: datetime


class Accounts(Protocol):
    """`about` carries the command id, by which a registration that broke off is gone on with. Where
    somebody registers themselves its tenant and actor are filled in here.
    """

    def register_business(
        self, business: Business, owner: NewAccount, about: About, *, professional: bool
    ) -> Registered:
        """Open a business with its first owner, who may take bookings too."""

    def register_client(self, client: NewAccount, about: About) -> Registered:
        """Make an account for a client of the tenant that `about` names, or yet of none."""

    def add_user(
        self,
        user: NewAccount,
        about: About,
        *,
        roles: tuple[Role, ...],
        professional_id: ProfessionalId | None = None,
        client_id: ClientId | None = None,
    ) -> Registered:
        """Let somebody into the tenant that `about` names."""

    def whose(self, email: str) -> tuple[TenantId, UserId]:
        """Return who logs in with this address. Raises UserNotFound if nobody does."""

    def log_in(self, email: str, password: str, *, address: str) -> Tokens:
        """Begin a session. `address` is where the request comes from."""

    def refresh(self, refresh_token: str) -> Tokens:
        """Go on with a session. A refresh token that comes twice ends it."""

    def log_out(self, session_id: str) -> None:
        """End a session: its tokens are good for nothing any more."""

    def end_sessions(
        self, tenant_id: TenantId, user_id: UserId, *, before: Before | None = None
    ) -> None:
        """End all sessions of a user, or those that began before something happened to them."""

    def request_code(self, user_id: UserId, about: About) -> Answer:
        """Have another code sent to the address of a user, not too many."""

    def prove_address(self, user_id: UserId, code: str, about: About) -> Answer:
        """Hold that a user reads the mail of their address. Raises AddressCodeWrong."""

    def forget(self, tenant_id: TenantId, user_id: UserId) -> None:
        """Shut a user out for good, and forget what they logged in with."""

    def principal(self, access_token: str) -> Principal:
        """Return who sends this token. Raises InvalidToken, TokenExpired."""


def ending_sessions(accounts: Accounts) -> Handlers:
    """Let sessions end with what they stood for, whoever changed it."""

    def end(effect: EndSessions, job: Job) -> None:
        before = Before(version=effect.version, time=effect.begun_before)
        accounts.end_sessions(TenantId(job.tenant), effect.user_id, before=before)

    return {EndSessions: end}
