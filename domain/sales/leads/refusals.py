"""Why what is asked about a lead may be refused."""

from collections.abc import Sequence
from datetime import datetime

from domain.messages import DomainError, Gone, Invalid, Missing
from domain.sales.leads.messages import LeadStatus
from domain.values import ClientId, LeadId


class LeadNotFound(Missing):
    """There is no such lead."""


class LeadCannotMove(DomainError):
    """The lead cannot go there from where it is."""

    current_status: LeadStatus
    allowed: Sequence[LeadStatus]


class LeadIsConverted(DomainError):
    """The lead has become a client; what is to be said is said of the client."""

    client_id: ClientId


class TouchedTooOften(DomainError):
    """As much was imported of the lead as can be of one."""

    most: int


class ReasonMissing(Invalid):
    """Say why: who goes back, or gives a lead up, gives a reason."""


class PersonMissing(Invalid):
    """Say who it is: a client, or a person by name."""


class LeadIsRemoved(DomainError):
    """The lead was removed."""


class LeadIsMerged(DomainError):
    """The lead was merged into another, as its person has several records: turn to that one."""

    into: LeadId


class LeadIsGone(Gone):
    """The lead was removed more than 30 days ago."""

    removed_at: datetime


class LeadHasNoAddress(DomainError):
    """Nobody knows an address to which the lead could be written."""


class TooManyInvitations(DomainError):
    """The lead was invited as often as one may be within a day."""

    most: int


class InvitationLeadsNowhere(Invalid):
    """Nobody could follow the invitation. The business needs a public name; and `page` has to be of an origin
    that the business lists, or left out where it lists but one.
    """


class InvitationNotGood(Invalid):
    """The invitation is none, was used, has expired, or another was sent since. Ask for another one."""
