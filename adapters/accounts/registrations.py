"""Registering is two commits, the log's and ours, and may break off anywhere:

    reserve the address ─► record the user in the log ─► activate the credential
                        ✂ no user and no login        ✂ a user whose credential waits: whoever
                          yet; free after a moment      comes next activates it

The log decides. Who comes next is the same request again, a login, or another registration of the
address. A reservation without a user is freed by closing the user's stream first, so that the
registration which left it, should it still be running somewhere, is refused by the log.
"""

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from adapters.accounts import passwords
from adapters.accounts.credentials import Credential, Credentials, email_digest
from adapters.accounts.strength import refuse_weak
from application.business.accounts import (
    EmailTaken,
    NewAccount,
    PasswordHashNotUnderstood,
    RegistrationUnderWay,
)
from application.dispatch import IdempotencyKeyReused
from application.people.contact_details import parse_email
from application.ports import About, Answer, Clock, EventStore, already_recorded
from domain.business.users import USER, AbandonRegistration, User
from domain.macs import mac
from domain.messages import Command, DomainError
from domain.values import FRONTDESK, TenantId, UserId, derived_id

A_MOMENT: Final = timedelta(seconds=15)
"""How long a registration may take before its address may be had by another."""

NO_COMMAND: Final = UUID(int=0)


class Newcomer(NamedTuple):
    """Who is to be. All ids follow from the command's and the address: a retry makes no second."""

    seed: str
    tenant_id: TenantId
    email: str

    @property
    def user_id(self) -> UserId:
        return UserId(self.id("user"))

    def id(self, kind: str) -> str:
        """Return the id of whatever of this kind belongs to the newcomer."""
        return derived_id(kind, self.seed)


class Registrations:
    """Brings credentials and the log together."""

    def __init__(
        self,
        credentials: Credentials,
        dispatch: Callable[[Command, About], Answer],
        store: EventStore,
        clock: Clock,
        pepper: bytes,
    ) -> None:
        self._credentials = credentials
        self._dispatch = dispatch
        self._store = store
        self._clock = clock
        self._pepper = pepper

    def register(
        self, account: NewAccount, about: About, order: Callable[[Newcomer], Command]
    ) -> tuple[Newcomer, Answer]:
        """Have the order recorded that makes this user, and let them log in."""
        email = parse_email(account.email)
        _refuse_useless(account, email)
        digest = email_digest(email, self._pepper)
        newcomer = _newcomer(email, digest, about)
        credential = self._reserve(account, newcomer, digest, about.command_id)
        answer = self._record(credential, order(newcomer), about)
        with already_recorded():
            if not self._credentials.activate(credential):
                raise EmailTaken
        return newcomer, answer

    def settle(self, credential: Credential) -> bool:
        """Finish what broke off, if there is a user; return whether there is."""
        if credential.active:
            return True
        if not self.user(credential.tenant_id, credential.user_id).exists:
            return False
        return self._credentials.activate(credential)

    def user(self, tenant_id: TenantId, user_id: UserId) -> User:
        """Return a user as the log knows them at this moment, whatever this process remembers."""
        return self.versioned(tenant_id, user_id)[0]

    def versioned(self, tenant_id: TenantId, user_id: UserId) -> tuple[User, int]:
        """Return such a user and their version."""
        about = About(tenant=tenant_id, actor=user_id, command_id=NO_COMMAND)
        while True:
            with self._store.view(about) as view:
                user = view.of(USER, user_id)
                if self._store.is_current(view, about):
                    return user, view.seen[user_id]

    def _reserve(
        self, account: NewAccount, newcomer: Newcomer, digest: bytes, command_id: UUID
    ) -> Credential:
        kept = self._credentials.find(digest)
        if kept is None:
            password_hash = account.password_hash or passwords.hash_password(account.password)
            wanted = Credential(
                digest=digest,
                tenant_id=newcomer.tenant_id,
                user_id=newcomer.user_id,
                command_id=command_id,
                password_hash=password_hash,
                reserved_at=self._clock(),
            )
            kept = self._credentials.reserve(wanted)
            if kept == wanted:
                return kept
        if (kept.command_id, kept.tenant_id) == (command_id, newcomer.tenant_id):
            return _the_same(kept, account)
        self._free(kept)
        return self._reserve(account, newcomer, digest, command_id)

    def _record(self, credential: Credential, command: Command, about: About) -> Answer:
        mine = replace(
            about,
            tenant=credential.tenant_id,
            actor=about.actor or credential.user_id,
            fingerprint=self._fingerprint(command) if about.retried else None,
        )
        try:
            return self._dispatch(command, mine)
        except DomainError:
            if not self.settle(credential):
                self._credentials.give_up(credential)
            raise

    def _fingerprint(self, command: Command) -> str:
        """Tell one order from another, in place of a hash over a request with a password in it."""
        return mac(self._pepper, msgspec.json.encode(command)).hex()

    def _free(self, kept: Credential) -> None:
        """Free the address, if its registration came to nothing. Raises EmailTaken and others."""
        if self.settle(kept):
            raise EmailTaken
        left = A_MOMENT - (self._clock() - kept.reserved_at)
        if left > timedelta(0):
            raise RegistrationUnderWay(retry_after=math.ceil(left.total_seconds()))
        about = About(
            tenant=kept.tenant_id,
            actor=kept.user_id,
            command_id=uuid5(kept.command_id, "abandon"),
        )
        self._dispatch(AbandonRegistration(user_id=kept.user_id), about)
        if self.settle(kept):
            raise EmailTaken
        self._credentials.give_up(kept)


def _refuse_useless(account: NewAccount, email: str) -> None:
    if account.password_hash is None:
        refuse_weak(account.password, email)
    elif not passwords.is_understood(account.password_hash):
        raise PasswordHashNotUnderstood


def _newcomer(email: str, digest: bytes, about: About) -> Newcomer:
    seed = f"{about.command_id}/{digest.hex()}"
    tenant_id = about.tenant or str(uuid5(FRONTDESK, f"tenant/{seed}"))
    return Newcomer(seed, TenantId(tenant_id), email)


def _the_same(kept: Credential, account: NewAccount) -> Credential:
    """Return the reservation of the same request; the same id with another password is another."""
    if account.password_hash is None and not passwords.matches(
        account.password, kept.password_hash
    ):
        raise IdempotencyKeyReused
    return kept
