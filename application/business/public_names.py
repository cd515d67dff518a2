"""Whose a public name is. One that a business once had stays theirs, so that no link ever leads to another."""

from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Final, Protocol

from application.transact import Changes
from domain.business.tenants import PublicNameChanged
from domain.messages import DomainError
from domain.values import TenantId

MOST: Final = 10
"""Names that one business may have, one after the other."""


class PublicNameTaken(DomainError):
    """Another business has, or had, this public name."""


class TooManyPublicNames(DomainError):
    """A business changes its public name so often and no more; it may take one that it had."""

    most: int


class PublicNames(Protocol):
    """Known of all businesses: nobody who asks for one has a tenant yet."""

    def claim(self, name: str, tenant: TenantId) -> None:
        """Make a name this business's for good. Raises PublicNameTaken, TooManyPublicNames."""

    def whose(self, name: str) -> TenantId | None:
        """Return whose it is."""


def claim_of(changes: Changes, names: PublicNames) -> Callable[[], None] | None:
    """Return what claims the name under which a business will be found by these changes, if there is one."""
    for event in chain.from_iterable(changes.values()):
        if isinstance(event, PublicNameChanged) and event.public_name is not None:
            return partial(names.claim, event.public_name, event.tenant_id)
    return None
