"""Refusal → status: what each refusal of the domain means over HTTP."""

from collections.abc import Mapping
from typing import Final

from api.problems import refusals
from api.requests import conditions, signing
from api.web import gate
from application import dispatch, permissions, ports, reach
from application.business import accounts, address_proofs
from application.operations import jobs, outbox, parked
from application.people import contact_details
from application.scheduling import availability
from domain import zones
from domain.business import tenants, users
from domain.messages import DomainError
from domain.people import clients
from domain.scheduling import (
    agendas,
    allowances,
    bookable,
    bookings,
    professionals,
    series,
    services,
    time_blocks,
)

STATUS: Final[Mapping[type[DomainError], int]] = {
    refusals.RequestUnreadable: 400,
    refusals.HeadTooLarge: 431,
    refusals.RequestTooSlow: 408,
    refusals.ChunksTooSmall: 400,
    refusals.PathUnknown: 404,
    refusals.MethodNotAllowed: 405,
    refusals.BodyMalformed: 400,
    refusals.BodyTooDeep: 400,
    refusals.BodyTooLarge: 413,
    refusals.MediaTypeUnsupported: 415,
    refusals.ValidationFailed: 422,
    refusals.IdempotencyKeyInvalid: 400,
    refusals.TooManyRequests: 429,
    refusals.Unavailable: 503,
    refusals.OutcomeUnknown: 503,
    refusals.InternalError: 500,
    gate.TokenMissing: 401,
    reach.NotFound: 404,
    reach.StandingChanged: 401,
    reach.ChangedTooOften: 403,
    address_proofs.AddressCodeWrong: 422,
    conditions.IfMatchRequired: 428,
    conditions.IfMatchInvalid: 400,
    signing.TokenInvalid: 400,
    refusals.QueryInvalid: 400,
    permissions.PermissionMissing: 403,
    dispatch.VersionMismatch: 412,
    dispatch.IdempotencyKeyReused: 422,
    dispatch.TooContended: 503,
    ports.ProjectionBehind: 503,
    ports.PositionUnknown: 409,
    ports.NotReadableHere: 503,
    ports.EventTooLarge: 413,
    ports.OrderTooLarge: 413,
    ports.PersonalDataErased: 410,
    accounts.WrongCredentials: 401,
    accounts.InvalidToken: 401,
    accounts.TokenExpired: 401,
    accounts.InvalidRefreshToken: 401,
    accounts.TooManyAttempts: 429,
    accounts.WeakPassword: 422,
    accounts.PasswordHashNotUnderstood: 422,
    tenants.TenantNotFound: 404,
    users.UserNotFound: 404,
    users.UserIsDeactivated: 410,
    users.NoRoleGiven: 422,
    users.ClientIsNoStaff: 422,
    users.ProfessionalNotNamed: 422,
    users.OperatorNotGrantable: 403,
    zones.UnknownTimeZone: 422,
    services.ServiceNotFound: 404,
    services.PriceIsNegative: 422,
    services.DurationOutOfRange: 422,
    services.BufferOutOfRange: 422,
    availability.WindowInvalid: 400,
    bookable.ClientIsBlocked: 403,
    bookable.LengthNotOffered: 422,
    allowances.ClientLimitsOutOfRange: 422,
    contact_details.EmailAddressNotUnderstood: 422,
    contact_details.PhoneNumberNotUnderstood: 422,
    clients.ClientNotFound: 404,
    clients.ClientIsErased: 410,
    professionals.ProfessionalNotFound: 404,
    professionals.ProfessionalIsRetired: 410,
    professionals.BookingDisabled: 403,
    professionals.InvalidSettings: 422,
    time_blocks.TimeBlockNotFound: 404,
    time_blocks.InvalidTimeBlock: 422,
    agendas.HoldNotFound: 404,
    agendas.HoldTooLong: 422,
    bookings.BookingNotFound: 404,
    bookings.DurationNotKnown: 422,
    bookings.DurationNotAllowed: 422,
    series.SeriesNotFound: 404,
    series.InvalidRecurrence: 422,
    series.SeriesTooLong: 422,
    series.SeriesIsEmpty: 422,
    jobs.JobNotFound: 404,
    jobs.JobPayloadInvalid: 422,
    outbox.OutboxMailNotFound: 404,
    parked.NotParked: 404,
}
"""Where a class is not listed, the nearest of its bases is; what is not listed at all is 409."""

RETRY_AFTER: Final = {503: "1", 429: "1"}
AUTHENTICATE: Final = 'Bearer realm="frontdesk"'


def status_of(refusal: DomainError) -> tuple[int, dict[str, str]]:
    """Return the status of a refusal and the headers that belong to it."""
    status = next((STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS), 409)
    headers: dict[str, str] = {}
    if status in RETRY_AFTER:
        headers["Retry-After"] = str(refusal.facts.get("retry_after", RETRY_AFTER[status]))
    if status == 401:
        headers["WWW-Authenticate"] = AUTHENTICATE
    if isinstance(refusal, refusals.MethodNotAllowed):
        headers["Allow"] = ", ".join(map(str, refusal.facts["allowed"]))  # type: ignore[call-overload]
    return status, headers
