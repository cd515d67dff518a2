"""How often one may ask: told in every answer to who is logged in.

Each person has a limit for each class of route, each tenant one for all its people together, and
each address one for what nobody is logged in for. The headers are those of
draft-ietf-httpapi-ratelimit-headers-09.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from math import ceil
from typing import Any, Final

from api.problems.refusals import TooManyRequests
from api.web.addresses import Addresses
from api.web.marks import mark
from api.web.turns import HEAVY
from application.business.accounts import EmailTaken, RegistrationUnderWay, WeakPassword
from application.operations.rate_limits import Decision, Limit, RateLimiter
from application.people.contact_details import EmailAddressNotUnderstood
from application.permissions import Principal

READS: Final = "reads"
WRITES: Final = "writes"
TENANT: Final = "tenant"
STRANGERS: Final = "strangers"
EVERYBODY: Final = "everybody"
LOOKING: Final = "strangers-heavy"
GUESTS: Final = "guests"
GUESTS_OF_TENANT: Final = "guests-of-tenant"
GUEST_ADDRESSES: Final = "guest-addresses"
GUEST_HOLDS: Final = "guest-holds"
SUBMISSIONS: Final = "submissions"
FILES_OF_FORM: Final = "files-of-form"
SUBMISSIONS_OF_FORM: Final = "submissions-of-form"
SUBMISSIONS_OF_TENANT: Final = "submissions-of-tenant"
REGISTRATIONS: Final = "registrations"
TAKEN: Final = "taken-addresses"
ACCOUNTS: Final = "accounts"
CALLERS: Final = "callers"
CALLBACKS: Final = "callbacks"

LIGHTER: Final = 10
"""What is heavy may be asked a tenth as often. What that is, `api/web/turns.py` says."""

AT_ONCE: Final = 10
"""As much as so many people ask is left to one tenant, or to all strangers together."""

HOLDS_OF_GUEST: Final = 3
"""Times that one may be held for each that is booked: each is kept in the log for ever."""

MINUTE: Final = 60
HOUR: Final = 3600

COUNTED: Final = "frontdesk.counted"

MISTYPED: Final = (WeakPassword, EmailAddressNotUnderstood)
TELLING: Final = (EmailTaken, RegistrationUnderWay)
"""Refusals that say of an address that somebody has an account."""


class Limits:
    """Counts requests. What is refused here was not carried out: its key is as good as before.

    `limiter` counts for all processes; `own`, if there is another, for this one alone: it counts
    what this process has to bear, at each request.
    """

    def __init__(
        self,
        limiter: RateLimiter,
        per_minute: int,
        *,
        own: RateLimiter | None = None,
        strangers_per_minute: int = 600,
        registrations_per_hour: int = 5,
        accounts_per_hour: int = 20,
        submissions_per_hour: int = 60,
        callbacks_per_minute: int = 60_000,
        addresses: Addresses | None = None,
    ) -> None:
        self.policies: Mapping[str, Limit] = {
            READS: Limit(per_minute, MINUTE),
            WRITES: Limit(per_minute, MINUTE),
            HEAVY: Limit(max(1, per_minute // LIGHTER), MINUTE),
            TENANT: Limit(per_minute * AT_ONCE, MINUTE),
            STRANGERS: Limit(strangers_per_minute, MINUTE),
            EVERYBODY: Limit(strangers_per_minute * AT_ONCE, MINUTE),
            LOOKING: Limit(max(1, strangers_per_minute // LIGHTER), MINUTE),
            REGISTRATIONS: Limit(registrations_per_hour, HOUR),
            TAKEN: Limit(registrations_per_hour * AT_ONCE, HOUR),
            ACCOUNTS: Limit(accounts_per_hour, HOUR),
            GUESTS: Limit(accounts_per_hour, HOUR),
            GUEST_HOLDS: Limit(accounts_per_hour * HOLDS_OF_GUEST, HOUR),
            GUESTS_OF_TENANT: Limit(accounts_per_hour * AT_ONCE, HOUR),
            GUEST_ADDRESSES: Limit(registrations_per_hour, HOUR),
            SUBMISSIONS: Limit(submissions_per_hour, HOUR),
            FILES_OF_FORM: Limit(submissions_per_hour, HOUR),
            SUBMISSIONS_OF_FORM: Limit(submissions_per_hour * AT_ONCE, HOUR),
            SUBMISSIONS_OF_TENANT: Limit(submissions_per_hour * AT_ONCE**2, HOUR),
            CALLERS: Limit(strangers_per_minute, MINUTE),
            CALLBACKS: Limit(callbacks_per_minute, MINUTE),
        }
        self._limiter = limiter
        self._own = own or limiter
        self._addresses = addresses or Addresses()
        self._told = {
            name: b'"%b";q=%d;w=%d' % (name.encode(), policy.quota, policy.window)
            for name, policy in self.policies.items()
        }

    def count_known(self, principal: Principal) -> None:
        """Count a request of somebody who is logged in among all of their tenant, whatever it asks.
        Raises TooManyRequests.
        """
        self._refuse_beyond(TENANT, self._own, f"{TENANT}/{principal.tenant_id}")

    def count(self, scope: Any, principal: Principal, name: str) -> None:
        """Count it among those of its class, too, once its route is known. Raises TooManyRequests."""
        key = f"{name}/{principal.tenant_id}/{principal.user_id}"
        decision = self._limiter.check(key, self.policies[name])
        grows = ceil(decision.reset_after)
        mark(scope, b"ratelimit-policy", self._told[name])
        mark(scope, b"ratelimit", b'"%b";r=%d;t=%d' % (name.encode(), decision.remaining, grows))
        _refuse(decision, name)

    def count_stranger(self, scope: Any) -> None:
        """Count a request of whoever is not logged in, once. Raises TooManyRequests."""
        if COUNTED in scope:
            return
        scope[COUNTED] = True
        self._refuse_beyond(STRANGERS, self._own, f"{STRANGERS}/{self.address_of(scope)}")
        self._refuse_beyond(EVERYBODY, self._own, EVERYBODY)

    def count_caller(self, scope: Any) -> None:
        """Count a call of whoever says that they are a provider, by where it comes from alone: whatever
        others send, from wherever, a provider is heard. Raises TooManyRequests.
        """
        self._refuse_beyond(CALLERS, self._own, self._caller(scope))

    def count_callback(self, scope: Any, tenant: str) -> None:
        """Count it among those of a business, once it is proven that it is a provider's, and no more among
        those of strangers. Raises TooManyRequests.
        """
        self._own.give_back(self._caller(scope))
        self._refuse_beyond(CALLBACKS, self._own, f"{CALLBACKS}/{tenant}")

    def _caller(self, scope: Any) -> str:
        return f"{CALLERS}/{self.address_of(scope)}"

    def count_heavy_stranger(self, scope: Any) -> None:
        """Count what is heavy and is asked by whoever is not logged in. Raises TooManyRequests."""
        self._refuse_beyond(LOOKING, self._limiter, f"{LOOKING}/{self.address_of(scope)}")

    def registering(self, scope: Any) -> AbstractContextManager[None]:
        """Count an account that is made by whoever is not logged in, but for those that are refused
        for what was typed. Raises TooManyRequests.
        """
        address = self.address_of(scope)
        return self._counting(REGISTRATIONS, address, lambda error: not isinstance(error, MISTYPED))

    def holding(self, scope: Any) -> AbstractContextManager[None]:
        """Count a time that a guest holds, by where they come from, but for those that are refused: who
        holds and gives back without end writes without end. Raises TooManyRequests.
        """
        return self._counting(GUEST_HOLDS, self.address_of(scope), lambda error: error is None)

    def count_code(self, scope: Any, tenant: str, address: str) -> None:
        """Count a code that a guest is mailed, by where they come from, of all of the business, and by the
        `address`, by an id of it: its reader may be somebody else. Raises TooManyRequests.
        """
        self._refuse_beyond(GUESTS, self._limiter, f"{GUESTS}/{self.address_of(scope)}")
        self._refuse_beyond(GUEST_ADDRESSES, self._limiter, f"{GUEST_ADDRESSES}/{address}")
        self._refuse_beyond(GUESTS_OF_TENANT, self._limiter, f"{GUESTS_OF_TENANT}/{tenant}")

    def count_submission(
        self, scope: Any, tenant: str, form_id: str, *, has_files: bool = False
    ) -> None:
        """Count a form that is filled in, by where that comes from, of the form, and of all of the
        business; one with files besides among those of the form. Raises TooManyRequests.
        """
        if has_files:
            self._refuse_beyond(FILES_OF_FORM, self._limiter, f"{FILES_OF_FORM}/{form_id}")
        self._refuse_beyond(SUBMISSIONS, self._limiter, f"{SUBMISSIONS}/{self.address_of(scope)}")
        self._refuse_beyond(SUBMISSIONS_OF_FORM, self._limiter, f"{SUBMISSIONS_OF_FORM}/{form_id}")
        self._refuse_beyond(
            SUBMISSIONS_OF_TENANT, self._limiter, f"{SUBMISSIONS_OF_TENANT}/{tenant}"
        )

    @contextmanager
    def adding(self, scope: Any, principal: Principal) -> Iterator[None]:
        """Count an account that is made by whoever is logged in among those of their business: anybody
        can open one. If it comes to be known instead that somebody has an account, count that by where
        they come from; who has heard it too often hears nothing more. Raises TooManyRequests.
        """
        made = self._counting(ACCOUNTS, principal.tenant_id, lambda error: error is None)
        told = self._counting(
            TAKEN, self.address_of(scope), lambda error: isinstance(error, TELLING)
        )
        with made, told:
            yield

    @contextmanager
    def _counting(
        self, name: str, whose: str, counts: Callable[[BaseException | None], bool]
    ) -> Iterator[None]:
        """Count what is done meanwhile, and give it back if by its outcome it does not count."""
        key = f"{name}/{whose}"
        self._refuse_beyond(name, self._limiter, key)
        outcome: BaseException | None = None
        try:
            yield
        except BaseException as error:
            outcome = error
            raise
        finally:
            if not counts(outcome):
                self._limiter.give_back(key)

    def address_of(self, scope: Any) -> str:
        """Return where a request comes from."""
        return self._addresses.of(scope)

    def _refuse_beyond(self, name: str, limiter: RateLimiter, key: str) -> None:
        _refuse(limiter.check(key, self.policies[name]), name)


def _refuse(decision: Decision, name: str) -> None:
    if not decision.allowed:
        wait = max(1, ceil(decision.reset_after))
        raise TooManyRequests(retry_after=wait, policy=name, quota=decision.limit)
