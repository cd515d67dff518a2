"""A lead is invited: a link is mailed to them, and whoever shows it reads the mail of that address.

asked ─► recorded ─► a job mails the link ─► it leads to a page of the business ─► the page shows it here

Nobody keeps the link: its token follows, by a key, from the lead, the number of the invitation and the address
that it was mailed to. So it is made again to be compared, and proves no other address than that.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any, Final, NamedTuple, Protocol, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from application.operations.jobs import Handled, Handlers, Job, Skipped
from application.people.contact_details import address_key
from application.people.people import records as records_of_person
from application.people.people import survivor
from application.processes.effects.sales import SendInvitation
from application.sales.leads import recorded
from application.scheduling.mails import Mailer, MailRefusedError, Message, language_of
from application.transact import Changes, Past, UseCase, step_by_step
from domain.business.origins import OriginNotUnderstood, origin_of
from domain.business.tenants import TENANT, Tenant, stream_of
from domain.macs import mac
from domain.messages import Command, Value
from domain.people.clients import CLIENT, ClientIsErased
from domain.sales import leads
from domain.sales.leads import LEAD, Lead
from domain.sales.scores import EngagementSource
from domain.values import ClientId, Contact, LeadId, TenantId

T = TypeVar("T")

PARAMETER: Final = "invitation"
"""Of the page's address: what a page shows is in it."""

NUMBER: Final = 2
"""Bytes of a token that tell which invitation it is."""

MARK: Final = 16
"""Bytes by which it is known to be ours: far more than anybody can try."""

# --- Tokens -----------------------------------------------------------------------------


class Named(NamedTuple):
    """Which invitation a token says that it is of, and its mark."""

    lead_id: LeadId
    number: int
    mark: bytes


def token_of(tenant: str, lead_id: LeadId, number: int, email: str, pepper: bytes) -> str:
    """Return what is mailed to an address: without the pepper nobody can make it."""
    place = UUID(lead_id.removeprefix(f"{LEAD.kind}-")).bytes + number.to_bytes(NUMBER)
    mark = _mark(tenant, lead_id, number, email, pepper)
    return urlsafe_b64encode(place + mark).rstrip(b"=").decode()


def named_in(token: str) -> Named | None:
    """Return which invitation a token is of, by what it says."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        lead, number, mark = raw[:16], raw[16 : 16 + NUMBER], raw[16 + NUMBER :]
        return Named(LeadId(f"{LEAD.kind}-{UUID(bytes=lead)}"), int.from_bytes(number), mark)
    except ValueError:
        return None


def is_of(named: Named, tenant: str, email: str, pepper: bytes) -> bool:
    """Whether the token was mailed to this address."""
    known = _mark(tenant, named.lead_id, named.number, email, pepper)
    return hmac.compare_digest(known, named.mark)


def _mark(tenant: str, lead_id: LeadId, number: int, email: str, pepper: bytes) -> bytes:
    text = f"invitation/{tenant}/{lead_id}/{number}/{address_key(email)}"
    return mac(pepper, text.encode())[:MARK]


def link_to(page: str, token: str) -> str:
    """Return the address of a page, with the token in it.

    >>> link_to("https://salon.example/welcome?lang=fr", "AbC")
    'https://salon.example/welcome?lang=fr&invitation=AbC'
    """
    parts = urlsplit(page)
    asked = [*parse_qsl(parts.query, keep_blank_values=True), (PARAMETER, token)]
    return urlunsplit(parts._replace(query=urlencode(asked)))


# --- Use cases --------------------------------------------------------------------------


def invite(command: leads.InviteLead, past: Past) -> Changes:
    lead = past.of(LEAD, command.lead_id)
    leads.refuse_converted(lead)
    if lead.client_id is not None and past.of(CLIENT, survivor(past, lead.client_id)).erased:
        raise ClientIsErased
    if reached_at(lead, past) is None:
        raise leads.LeadHasNoAddress
    page = _page(command.page, past.of(TENANT, stream_of(command.tenant_id)))
    events = leads.invite(command, lead, page=page, now=past.now)
    return recorded(command.lead_id, lead, events, past)


def accept(command: leads.AcceptInvitation, past: Past) -> Changes:
    """Take it for the address that they have at this moment, and for no other."""
    lead = past.of(LEAD, command.lead_id)
    known = reached_at(lead, past)
    if known is None or address_key(known) != address_key(command.email):
        raise leads.InvitationNotGood
    events = leads.accept(command, lead, now=past.now)
    return step_by_step(
        past,
        lambda here: recorded(command.lead_id, lead, events, here),
        partial(_counted_elsewhere, command, lead),
    )


def _counted_elsewhere(command: leads.AcceptInvitation, lead: Lead, past: Past) -> Changes:
    """Count for the lead that stands for it that somebody who was merged followed their link."""
    if lead.merged_into is None:
        return {}
    stands = past.of(LEAD, lead.merged_into)
    if not stands.is_there:
        return {}
    order = leads.RecordEngagement(
        lead_id=lead.merged_into,
        source=EngagementSource.CLICK,
        key=f"{command.lead_id}-{command.number}",
    )
    return recorded(lead.merged_into, stands, leads.engage(order, stands), past)


def reached_at(lead: Lead, past: Past) -> str | None:
    """Return where the lead's person is written to, by whichever of their records; None for nobody."""
    contact = person_of(lead, past)
    return None if contact is None else contact.email


def person_of(lead: Lead, past: Past) -> Contact | None:
    """Return the lead's person as they are known; who is erased is not."""
    if lead.client_id is None:
        return None
    records = (past.of(CLIENT, each).contact for each in records_of_person(past, lead.client_id))
    known = [each for each in records if each is not None]
    return reduce(Contact.or_else, known) if known else None


def _page(wished: str | None, tenant: Tenant) -> str:
    """Return the page to which an invitation leads. Raises InvitationLeadsNowhere."""
    if tenant.public_name is None:
        raise leads.InvitationLeadsNowhere
    if wished is None:
        if len(tenant.origins) != 1:
            raise leads.InvitationLeadsNowhere
        return f"{tenant.origins[0]}/"
    try:
        parts = urlsplit(wished)
        origin = origin_of(f"{parts.scheme}://{parts.netloc}")
    except (ValueError, OriginNotUnderstood):
        raise leads.InvitationLeadsNowhere from None
    if origin not in tenant.origins:
        raise leads.InvitationLeadsNowhere
    return wished


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    leads.InviteLead: invite,
    leads.AcceptInvitation: accept,
}

# --- What is mailed ---------------------------------------------------------------------


class InvitationMail(Value, frozen=True, kw_only=True):
    """All that a mail with a link may say. It repeats nothing that the lead has said: its reader may be somebody
    else.
    """

    tenant: str
    lead_id: LeadId
    client_id: ClientId
    email: str
    business: str
    language: str
    link: str

    def __repr__(self) -> str:
        return "InvitationMail(…)"


class InvitationLetters(Protocol):
    """Puts it into words."""

    def write_invitation(self, mail: InvitationMail) -> Message:
        """Write it in its reader's language."""


class Ask(Protocol):
    """Answers what a decision would be made by at this moment."""

    def __call__(self, tenant: str, question: Callable[[Past], T]) -> T:
        """Ask the past of this tenant."""


class Invitations:
    """Carries out the effect that mails a link."""

    def __init__(self, ask: Ask, letters: InvitationLetters, mailer: Mailer, pepper: str) -> None:
        self._ask = ask
        self._letters = letters
        self._mailer = mailer
        self._pepper = pepper.encode()

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {SendInvitation: self.send}

    def send(self, effect: SendInvitation, job: Job) -> Handled:
        """Mail the link, as long as it leads somewhere."""
        mail = self._ask(job.tenant, lambda past: self._mail(effect, TenantId(job.tenant), past))
        if mail is None:
            return Skipped("nobody to be invited any more")
        try:
            self._mailer.send(self._letters.write_invitation(mail), str(job.id))
        except MailRefusedError:
            return Skipped("no mail can be sent to this address")
        return None

    def _mail(self, effect: SendInvitation, tenant: TenantId, past: Past) -> InvitationMail | None:
        lead = past.of(LEAD, effect.lead_id)
        if lead.client_id is None or not leads.is_good(lead, effect.number, past.now):
            return None
        known, business = person_of(lead, past), past.of(TENANT, stream_of(tenant)).business
        if known is None or known.email is None or business is None:
            return None
        token = token_of(tenant, effect.lead_id, effect.number, known.email, self._pepper)
        return InvitationMail(
            tenant=tenant,
            lead_id=effect.lead_id,
            client_id=survivor(past, lead.client_id),
            email=known.email,
            business=business.name,
            language=language_of(known.language, business.language),
            link=link_to(effect.page, token),
        )
