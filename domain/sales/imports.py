"""Leads from a file, many at once: who is known already is who they are, and what was taken in before is
not taken in again, in whichever order, and by however many.
"""

from datetime import datetime, timedelta

from domain.messages import Command, Value
from domain.people.channels import KnownOn
from domain.sales.companies import Company
from domain.sales.leads import LeadStatus, Touch
from domain.values import Contact, IdentityId, UserId
from domain.zones import to_local, to_utc, zone


class ImportedLead(Value, frozen=True, kw_only=True):
    """What a row says. The same row has the same `key`, which is claimed for whomever it is about, and whoever
    is described so the same `seed`; `known` is what they are called where they come from.
    """

    key: IdentityId
    seed: str
    contact: Contact
    identities: tuple[IdentityId, ...] = ()
    known: KnownOn | None = None
    touch: Touch = Touch()
    message: str | None = None
    at: datetime | None = None
    status: LeadStatus = LeadStatus.NEW
    reason: str | None = None
    assignee_id: UserId | None = None
    company: Company | None = None


class FollowUps(Value, frozen=True, kw_only=True):
    """Somebody is to turn to whoever is new: to so many a day, from the first on, and each day at the
    same time by the clock there. Before, `made` were ordered.
    """

    first_at: datetime
    time_zone: str
    daily: int
    made: int = 0

    def due(self, number: int) -> datetime:
        """Return when it is the turn of the one that comes after so many others.

        >>> from datetime import UTC
        >>> first = datetime(2027, 3, 26, 8, tzinfo=UTC)
        >>> two_a_day = FollowUps(first_at=first, time_zone="Europe/Paris", daily=2)
        >>> [two_a_day.due(number).isoformat() for number in (1, 2, 4)]
        ['2027-03-26T08:00:00+00:00', '2027-03-27T08:00:00+00:00', '2027-03-28T07:00:00+00:00']
        """
        where = zone(self.time_zone)
        days = timedelta(days=number // self.daily)
        return to_utc(to_local(self.first_at, where) + days, where)


class ImportLeads(Command, frozen=True):
    """A row that is refused keeps out no other: what became of each is told by the `key` it was recorded
    with.
    """

    rows: tuple[ImportedLead, ...]
    follow_ups: FollowUps | None = None
