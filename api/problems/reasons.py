"""Why routes of several areas may refuse: what has to do with visits, with people, with accounts."""

from typing import Final

from api.requests.answers import of
from application.business import accounts, address_proofs
from application.people import contact_details
from application.scheduling import availability
from domain import countries, zones
from domain.business import tenants, users
from domain.business.departments import DEPARTMENTS
from domain.conversations import channels, messages, reaching, threads, windows
from domain.money import currencies, payments
from domain.people import clients, identities
from domain.sales import leads
from domain.sales.stages import STAGES
from domain.scheduling import (
    agendas,
    allowances,
    bookable,
    bookings,
    professionals,
    services,
    time_blocks,
)
from domain.scheduling import availability as hours

DETAILS: Final = of(contact_details)
VISITS: Final = (
    *of(bookings, hours, agendas, bookable),
    allowances.TooManyHolds,
    allowances.TooManyOpenRequests,
    *DETAILS,
    clients.ClientNotFound,
    clients.ClientIsErased,
    clients.ClientIsMerged,
    identities.ClientAlreadyExists,
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
    professionals.BookingDisabled,
    services.ServiceNotFound,
    services.ServiceIsRemoved,
)
FREE: Final = (
    bookable.LengthNotOffered,
    availability.WindowInvalid,
    bookings.BookingNotFound,
    bookings.DurationNotKnown,
    bookings.DurationNotAllowed,
    bookings.ServiceNotBookable,
    bookings.ServiceNotOffered,
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
    professionals.BookingDisabled,
    services.ServiceNotFound,
    services.ServiceIsRemoved,
    zones.UnknownTimeZone,
)
WORKING: Final = (*of(professionals, zones), *DETAILS)
TIMES_OFF: Final = (
    *of(time_blocks, zones),
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
)
MERGES: Final = of(clients.merging)
PEOPLE: Final = (*of(clients.messages, identities), *DETAILS)
CONSENTS: Final = of(clients.messages, clients.consents)
CONVERSING: Final = (
    *of(threads, messages, channels, windows, reaching, clients.consents),
    clients.ClientNotFound,
    clients.ClientIsErased,
    clients.ClientIsMerged,
    DEPARTMENTS.not_found,
    DEPARTMENTS.is_removed,
)
PAYING: Final = (
    *of(payments, currencies),
    bookings.BookingNotFound,
    clients.ClientNotFound,
    clients.ClientIsErased,
    clients.ClientIsMerged,
)
WINNING: Final = (
    *of(leads),
    *DETAILS,
    clients.ClientNotFound,
    clients.ClientIsErased,
    clients.ClientIsMerged,
    users.UserNotFound,
    users.UserIsDeactivated,
    STAGES.not_found,
    STAGES.is_removed,
)
ACCOUNTS: Final = (
    *of(accounts, address_proofs, users, tenants, zones, countries),
    *PEOPLE,
    professionals.ProfessionalNotFound,
    professionals.ProfessionalIsRetired,
)
