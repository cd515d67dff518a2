"""Accounts in PostgreSQL: `application.business.accounts.Accounts`, filled."""

from collections.abc import Callable
from datetime import timedelta

from adapters.accounts import passwords
from adapters.accounts.address_codes import codes_of
from adapters.accounts.attempts import Attempts, count_one
from adapters.accounts.credentials import Credential, Credentials, email_digest
from adapters.accounts.registrations import Newcomer, Registrations
from adapters.accounts.sessions import Session, Sessions
from adapters.accounts.tokens import AccessTokens
from adapters.postgres import NO_TENANT, Database
from application.business.accounts import (
    Before,
    InvalidRefreshToken,
    InvalidToken,
    NewAccount,
    Registered,
    Tokens,
    WrongCredentials,
)
from application.business.address_proofs import CODES_ASKED
from application.business.denylist import Denylist
from application.operations.rate_limits import RateLimiter
from application.people.contact_details import identities_of
from application.permissions import Principal, permissions_of
from application.ports import About, Answer, Clock, EventStore, already_recorded
from domain.business.tenants import Business, RegisterBusiness
from domain.business.users import (
    AddUser,
    ProveAddress,
    RequestAddressCode,
    Role,
    SignUpClient,
    User,
    UserNotFound,
    UserStatus,
)
from domain.messages import Command
from domain.values import ClientId, Contact, ProfessionalId, TenantId, UserId


class PostgresAccounts:
    """What people log in with is here; who they are is asked of the log. `of_account` and
    `from_address` say how often a minute a login may fail.
    """

    def __init__(
        self,
        database: Database,
        dispatch: Callable[[Command, About], Answer],
        store: EventStore,
        tokens: AccessTokens,
        limiter: RateLimiter,
        denylist: Denylist,
        clock: Clock,
        *,
        pepper: str,
        refresh_lifetime: timedelta = timedelta(days=7),
        of_account: int = 10,
        from_address: int = 30,
    ) -> None:
        self._pepper = pepper.encode()
        self._tokens = tokens
        self._limiter = limiter
        self._attempts = Attempts(limiter, of_account=of_account, from_address=from_address)
        self._denylist = denylist
        self._clock = clock
        self._credentials = Credentials(lambda: database.as_tenant(NO_TENANT))
        self._sessions = Sessions(
            lambda: database.as_tenant(NO_TENANT), clock, refresh_lifetime, self._deny
        )
        self._dispatch = dispatch
        self._codes = codes_of(database, clock, pepper)
        self._registrations = Registrations(self._credentials, dispatch, store, clock, self._pepper)

    # --- Coming to be -------------------------------------------------------------------

    def register_business(
        self, business: Business, owner: NewAccount, about: About, *, professional: bool
    ) -> Registered:
        """Open a business with its first owner, who may take bookings too."""

        def order(new: Newcomer) -> RegisterBusiness:
            return RegisterBusiness(
                tenant_id=new.tenant_id,
                business=business,
                owner_id=new.user_id,
                owner_name=owner.name,
                owner_email=new.email,
                owner_language=owner.language,
                professional_id=_professional_id(new) if professional else None,
            )

        return self._registered(*self._registrations.register(owner, about, order))

    def register_client(self, client: NewAccount, about: About) -> Registered:
        """Make an account for a client of the tenant that `about` names, or yet of none."""

        def order(new: Newcomer) -> SignUpClient | AddUser:
            if not about.tenant:
                return _user(client, new, roles=(Role.CLIENT,))
            return SignUpClient(
                tenant_id=new.tenant_id,
                user_id=new.user_id,
                client_id=ClientId(new.id("client")),
                name=client.name,
                email=new.email,
                language=client.language,
            )

        return self._registered(*self._registrations.register(client, about, order))

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

        def order(new: Newcomer) -> AddUser:
            return _user(
                user, new, roles=roles, professional_id=professional_id, client_id=client_id
            )

        return self._registered(*self._registrations.register(user, about, order))

    def _registered(self, new: Newcomer, answer: Answer) -> Registered:
        with already_recorded():
            user = self._registrations.user(new.tenant_id, new.user_id)
        return Registered(
            tenant_id=new.tenant_id,
            user_id=new.user_id,
            professional_id=user.professional_id,
            client_id=user.client_id,
            answer=answer,
        )

    def whose(self, email: str) -> tuple[TenantId, UserId]:
        """Return who logs in with this address. Raises UserNotFound if nobody does."""
        credential = self._credentials.find(email_digest(email, self._pepper))
        if credential is None or not self._registrations.settle(credential):
            raise UserNotFound
        return credential.tenant_id, credential.user_id

    # --- Coming in ----------------------------------------------------------------------

    def log_in(self, email: str, password: str, *, address: str) -> Tokens:
        """Begin a session. Nobody learns whether the address or the password was wrong."""
        digest = email_digest(email, self._pepper)
        with self._attempts.one(digest.hex(), address):
            credential, version = self._proved(digest, password)
        if passwords.is_outdated(credential.password_hash):
            self._credentials.rehash(credential, passwords.hash_password(password))
        begun = self._sessions.begin(credential.tenant_id, credential.user_id, version)
        # Asked again, for whoever was deactivated meanwhile had no such session to be ended.
        user, _ = self._active_user(credential)
        return self._tokens_for(user, *begun)

    def refresh(self, refresh_token: str) -> Tokens:
        """Go on with a session. A refresh token that comes twice ends it."""
        session, next_token = self._sessions.go_on(refresh_token)
        user = self._registrations.user(session.tenant_id, session.user_id)
        if user.status is not UserStatus.ACTIVE:
            self._sessions.end(session.session_id)
            raise InvalidRefreshToken
        return self._tokens_for(user, session, next_token)

    def log_out(self, session_id: str) -> None:
        """End a session: its tokens are good for nothing any more."""
        self._sessions.end(session_id)

    def end_sessions(
        self, tenant_id: TenantId, user_id: UserId, *, before: Before | None = None
    ) -> None:
        """End all sessions of a user, or those that began before something happened to them."""
        self._sessions.end_all(tenant_id, user_id, before)

    def request_code(self, user_id: UserId, about: About) -> Answer:
        """Have another code sent to the address of a user, not too many."""
        count_one(self._limiter, f"address code/{user_id}", CODES_ASKED)
        return self._dispatch(RequestAddressCode(user_id=user_id), about)

    def prove_address(self, user_id: UserId, code: str, about: About) -> Answer:
        """Hold that a user reads the mail of their address. Raises AddressCodeWrong."""
        tenant_id = TenantId(about.tenant)
        user = self._registrations.user(tenant_id, user_id)
        contact = Contact(name=user.name, email=user.email)
        (identity,) = identities_of(contact, tenant=tenant_id, pepper=self._pepper)
        if user.proved != identity:
            self._codes.check(tenant_id, user_id, code)
        answer = self._dispatch(ProveAddress(user_id=user_id, identity_id=identity), about)
        with already_recorded():
            self._codes.use_up(tenant_id, user_id)
        return answer

    def forget(self, tenant_id: TenantId, user_id: UserId) -> None:
        """Shut a user out for good, and forget what they logged in with."""
        self._credentials.forget(tenant_id, user_id)
        self._codes.use_up(tenant_id, user_id)
        self._sessions.forget(tenant_id, user_id)

    def principal(self, access_token: str) -> Principal:
        """Return who sends this token. Raises InvalidToken, TokenExpired."""
        principal = self._tokens.principal(access_token)
        if self._denylist.is_denied(principal.session_id):
            raise InvalidToken
        return principal

    def _deny(self, session_id: str) -> None:
        self._denylist.deny(session_id, self._clock() + self._tokens.lifetime)

    def _proved(self, digest: bytes, password: str) -> tuple[Credential, int]:
        """Return what is kept of whoever proves to be that person, and the version of that user.
        Raises WrongCredentials.
        """
        credential = self._credentials.find(digest)
        kept = credential and credential.password_hash
        if not passwords.matches(password, kept) or credential is None:
            raise WrongCredentials
        _, version = self._active_user(credential)
        return credential, version

    def _active_user(self, credential: Credential) -> tuple[User, int]:
        if not self._registrations.settle(credential):
            raise WrongCredentials
        user, version = self._registrations.versioned(credential.tenant_id, credential.user_id)
        if user.status is not UserStatus.ACTIVE:
            raise WrongCredentials
        return user, version

    def _tokens_for(self, user: User, session: Session, refresh_token: str) -> Tokens:
        principal = Principal(
            tenant_id=session.tenant_id,
            user_id=session.user_id,
            roles=user.roles,
            permissions=permissions_of(user.roles),
            session_id=session.session_id,
            professional_id=user.professional_id,
            client_id=user.client_id,
            earlier_clients=user.earlier_clients,
        )
        return Tokens(
            access_token=self._tokens.issue(principal),
            refresh_token=refresh_token,
            expires_in=int(self._tokens.lifetime.total_seconds()),
        )


def _professional_id(new: Newcomer) -> ProfessionalId:
    return ProfessionalId(new.id("professional"))


def _user(
    account: NewAccount,
    new: Newcomer,
    *,
    roles: tuple[Role, ...],
    professional_id: ProfessionalId | None = None,
    client_id: ClientId | None = None,
) -> AddUser:
    return AddUser(
        tenant_id=new.tenant_id,
        user_id=new.user_id,
        name=account.name,
        email=new.email,
        roles=roles,
        professional_id=professional_id,
        client_id=client_id,
        language=account.language,
    )
