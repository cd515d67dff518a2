"""Every read model: what can be asked."""

from typing import Final

from projections.booked_slots import BOOKED_SLOTS
from projections.bookings import BOOKINGS
from projections.client_timeline import CLIENT_TIMELINE
from projections.client_visits import CLIENT_VISITS
from projections.clients import CLIENTS
from projections.professional_contacts import PROFESSIONAL_CONTACTS
from projections.professionals import PROFESSIONALS
from projections.read_model import ReadModel
from projections.series import SERIES
from projections.services import SERVICES
from projections.tenants import TENANTS
from projections.time_blocks import TIME_BLOCKS
from projections.users import USERS

READ_MODELS: Final[tuple[ReadModel, ...]] = (
    TENANTS,
    USERS,
    PROFESSIONALS,
    PROFESSIONAL_CONTACTS,
    TIME_BLOCKS,
    SERVICES,
    BOOKINGS,
    BOOKED_SLOTS,
    SERIES,
    CLIENTS,
    CLIENT_VISITS,
    CLIENT_TIMELINE,
)
