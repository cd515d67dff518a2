"""Who reads mails to those who work here, and how one is sent to them."""

from application.business.members import works_here
from application.operations.jobs import GivenUpError, Job
from application.scheduling.mails import (
    Mailbox,
    Mailer,
    MailRefusedError,
    Message,
    language_of,
)
from application.transact import Past
from domain.business.tenants import TENANT, stream_of
from domain.business.users import USER, User
from domain.messages import Value
from domain.scheduling.professionals import PROFESSIONAL, Status
from domain.values import TenantId, UserId
from domain.zones import ZONES


class Reader(Value, frozen=True, kw_only=True):
    """Somebody who works here, by their own clock, and how their business is called."""

    user_id: UserId
    mailbox: Mailbox
    language: str
    time_zone: str
    business: str


def reader_of(tenant: str, user_id: UserId, past: Past) -> Reader | None:
    """Return who reads the mails of a user; None if they work here no longer."""
    user = past.of(USER, user_id)
    if not works_here(user):
        return None
    business = past.of(TENANT, stream_of(TenantId(tenant))).business
    return Reader(
        user_id=user_id,
        mailbox=Mailbox(user.email, user.name),
        language=language_of(user.language, business.language if business else None),
        time_zone=_clock_of(user, past) or (business.time_zone if business else "UTC"),
        business=business.name if business else user.name,
    )


def sent(mailer: Mailer, message: Message, job: Job) -> None:
    """Send it. Raises GivenUpError where it will never be taken: an operator sees it, and nobody else."""
    try:
        mailer.send(message, str(job.id))
    except MailRefusedError as error:
        raise GivenUpError("not sent") from error


def _clock_of(user: User, past: Past) -> str | None:
    """Return the zone of whoever is a professional: their own, or that of the clock on their wall."""
    if user.professional_id is None:
        return None
    professional = past.of(PROFESSIONAL, user.professional_id)
    if professional.status is Status.NONE:
        return None
    own = professional.contact.time_zone
    return own if own in ZONES else professional.settings.time_zone
