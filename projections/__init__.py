"""Every read model: what can be asked."""

from typing import Final

from projections.business.configuration import CONFIGURATION_ROWS
from projections.business.origins import ORIGINS
from projections.business.tenants import TENANTS
from projections.business.users import USERS
from projections.conversations.inbox import INBOX
from projections.conversations.messages import MESSAGES
from projections.conversations.scheduled import SCHEDULED_ROWS
from projections.conversations.threads import THREADS
from projections.conversations.traffic import TRAFFIC
from projections.files.files import FILES
from projections.money.payments import PAYMENTS
from projections.people.client_timeline import CLIENT_TIMELINE
from projections.people.client_visits import CLIENT_VISITS
from projections.people.clients import CLIENTS
from projections.read_model import ReadModel
from projections.records import RECORDS
from projections.sales.leads import LEADS
from projections.sales.submissions import SUBMISSIONS
from projections.scheduling.booked_slots import BOOKED_SLOTS
from projections.scheduling.bookings import BOOKINGS
from projections.scheduling.professional_contacts import PROFESSIONAL_CONTACTS
from projections.scheduling.professionals import PROFESSIONALS
from projections.scheduling.series import SERIES
from projections.scheduling.services import SERVICES
from projections.scheduling.time_blocks import TIME_BLOCKS

READ_MODELS: Final[tuple[ReadModel, ...]] = (
    TENANTS,
    ORIGINS,
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
    LEADS,
    SUBMISSIONS,
    THREADS,
    INBOX,
    MESSAGES,
    SCHEDULED_ROWS,
    TRAFFIC,
    FILES,
    PAYMENTS,
    CONFIGURATION_ROWS,
    *RECORDS.values(),
)
