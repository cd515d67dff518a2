"""What is kept of records that were removed, and for how long: the same for every kind."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from application.transact import Past
from domain.catalogue import BY_NAME
from domain.messages import Value
from domain.records import LINKS, RESTORABLE, Kind, links_of
from domain.values import kind_of


class Fate(Value, frozen=True, kw_only=True):
    """What becomes of a removed record once it can be restored no more. As long as others refer to it, or where
    it is there for good, something `stays`; what is personal does not.
    """

    kind: str
    id: str
    removed_at: datetime
    due_at: datetime
    referred_to_by: int = 0
    is_personal: bool = False
    for_good: bool = False

    @property
    def stays(self) -> bool:
        """Whether others need it."""
        return self.for_good or self.referred_to_by > 0

    @property
    def says(self) -> str:
        """Say what becomes of it, and why."""
        if not self.stays:
            return "is gone for good"
        if self.for_good:
            return "stays: what is no record may refer to it"
        why = f"stays: {self.referred_to_by} still refer to it"
        return f"{why}; what is personal in it is gone" if self.is_personal else why


def fate(id_: str, past: Past) -> Fate | None:
    """Return what becomes of a record; None if it is in use, or gone."""
    kind: Kind[Any] = BY_NAME[kind_of(id_)]
    record, links = past.of(kind.aggregate, id_), past.of(LINKS, links_of(id_))
    if record.removed_at is None:
        return None
    return Fate(
        kind=kind.one,
        id=id_,
        removed_at=record.removed_at,
        due_at=record.removed_at + RESTORABLE,
        referred_to_by=links.owners,
        is_personal=kind.is_personal,
        for_good=kind.for_good,
    )


class Policy(Value, frozen=True, kw_only=True):
    """For how long a kind of record is kept once it was removed, and how many of it are due."""

    kind: str
    days: int = RESTORABLE.days
    gone: int = 0
    stay: int = 0


def policies(due: Iterable[Fate]) -> list[Policy]:
    """Return the policy of every kind, with what it means for these."""
    of_all = list(due)
    return [_policy(name, [each for each in of_all if each.kind == name]) for name in BY_NAME]


def _policy(kind: str, due: Sequence[Fate]) -> Policy:
    stay = sum(each.stays for each in due)
    return Policy(kind=kind, gone=len(due) - stay, stay=stay)
