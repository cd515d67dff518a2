"""Use cases of a business itself: opening it, with its owner, and presenting it anew."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from application.scheduling.mails import language_of
from application.transact import Changes, Past, UseCase
from domain.business import tenants, users
from domain.business.tenants import TENANT
from domain.business.users import USER, Role
from domain.messages import Command, Event
from domain.scheduling import professionals
from domain.scheduling.professionals import PROFESSIONAL, Hours, Settings, Week
from domain.values import Contact, ProfessionalId, TenantId

AT_WORK: Final = (Hours("09:00", "18:00"),)
OFFICE_HOURS: Final = Week(
    monday=AT_WORK, tuesday=AT_WORK, wednesday=AT_WORK, thursday=AT_WORK, friday=AT_WORK
)
"""When somebody who has not said so yet is taken to be open."""


def register(command: tenants.RegisterBusiness, past: Past) -> Changes:
    """Open a business, its owner's account and, if the owner takes bookings, the professional."""
    stream = tenants.stream_of(command.tenant_id)
    changes: dict[str, Sequence[Event]] = {
        stream: tenants.register(command, past.of(TENANT, stream)),
        command.owner_id: users.add(_owner(command), past.of(USER, command.owner_id)),
    }
    if command.professional_id is not None:
        order = _professional(command, command.professional_id)
        professional = past.of(PROFESSIONAL, order.professional_id)
        changes[order.professional_id] = professionals.register(order, professional)
    return changes


def change(command: tenants.ChangeBusiness, past: Past) -> Changes:
    stream = tenants.stream_of(command.tenant_id)
    return {stream: tenants.change(command, past.of(TENANT, stream))}


def list_origins(command: tenants.ListOrigins, past: Past) -> Changes:
    stream = tenants.stream_of(command.tenant_id)
    return {stream: tenants.list_origins(command, past.of(TENANT, stream))}


def change_public_name(command: tenants.ChangePublicName, past: Past) -> Changes:
    stream = tenants.stream_of(command.tenant_id)
    return {stream: tenants.change_public_name(command, past.of(TENANT, stream))}


def country_of(tenant_id: TenantId, past: Past) -> str | None:
    """Return the country by which a business reads phone numbers, if there is one."""
    business = past.of(TENANT, tenants.stream_of(tenant_id)).business
    return business.country if business else None


def zone_of(tenant_id: TenantId, past: Past) -> str:
    """Return the time zone of a business; UTC where none is known."""
    business = past.of(TENANT, tenants.stream_of(tenant_id)).business
    return business.time_zone if business else "UTC"


def _owner(command: tenants.RegisterBusiness) -> users.AddUser:
    professional = () if command.professional_id is None else (Role.PROFESSIONAL,)
    return users.AddUser(
        tenant_id=command.tenant_id,
        user_id=command.owner_id,
        name=command.owner_name,
        email=command.owner_email,
        roles=(Role.OWNER, *professional),
        professional_id=command.professional_id,
        language=command.owner_language,
    )


def _professional(
    command: tenants.RegisterBusiness, professional_id: ProfessionalId
) -> professionals.RegisterProfessional:
    business = command.business
    return professionals.RegisterProfessional(
        professional_id=professional_id,
        contact=Contact(
            name=command.owner_name,
            email=command.owner_email,
            language=business.language,
            time_zone=business.time_zone,
        ),
        settings=Settings(
            time_zone=business.time_zone,
            hours=OFFICE_HOURS,
            language="fr" if language_of(business.language) == "fr" else "en",
        ),
    )


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    tenants.RegisterBusiness: register,
    tenants.ChangeBusiness: change,
    tenants.ListOrigins: list_origins,
    tenants.ChangePublicName: change_public_name,
}
