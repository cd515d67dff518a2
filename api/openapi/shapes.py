"""Route → what it answers with, as the OpenAPI document says it; tests hold every answer to it.

What is not listed answers with what its function returns, or with nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec

from api.business import auth, tenants, users
from api.compat import beauty, calendar, tasks
from api.compat.pages import OldListing
from api.compat.setter import bookings as setter_bookings
from api.compat.setter import clients as setter_clients
from api.compat.setter import users as setter_users
from api.operations import history, jobs, limits, outbox, read_models, status
from api.people import clients
from api.requests import listing
from api.requests.listing import MOST, USUAL
from api.scheduling import (
    availability,
    bookings,
    client_limits,
    holds,
    live,
    professionals,
    series,
    services,
    time_blocks,
)
from application.operations.jobs import QueuedJob
from application.operations.outbox import OutboxMail
from application.operations.parked import ParkedKey
from application.people.erasure import Erasure
from application.permissions import Permission
from application.scheduling.live import LastHour
from domain.scheduling.allowances import ClientLimits
from projections.business.tenants import TENANTS, ListedTenant
from projections.business.users import USERS, ListedUser
from projections.people.client_timeline import CLIENT_TIMELINE
from projections.people.client_visits import Visits
from projections.people.clients import CLIENTS, KnownClient
from projections.read_model import ReadModel
from projections.scheduling.bookings import BOOKINGS
from projections.scheduling.professional_contacts import PROFESSIONAL_CONTACTS
from projections.scheduling.professionals import PROFESSIONALS
from projections.scheduling.series import SERIES
from projections.scheduling.services import SERVICES, Category
from projections.scheduling.time_blocks import TIME_BLOCKS


@dataclass(frozen=True)
class Row:
    """A row of a read model, with an ETag."""

    model: ReadModel


@dataclass(frozen=True)
class Listed:
    """A list that is asked by cursor, or in the old form by page number too."""

    asked: listing.Listing | OldListing
    always_numbered: bool = False


@dataclass(frozen=True)
class Paged:
    """A list of what is no read model, asked by cursor and by these filters, or as its route declares
    where there are none to tell. `usual` is how many are told where nobody says.
    """

    item: type[Any]
    filters: Sequence[str] | None = None
    usual: int = USUAL


@dataclass(frozen=True)
class Made:
    """A body that msgspec encodes. `tagged` if it comes with an ETag; `also` are statuses besides the
    usual one that have this body.
    """

    kind: Any
    tagged: bool = False
    also: tuple[int, ...] = ()


Shape = Row | Listed | Paged | Made


class ClientWithVisits(KnownClient, frozen=True, kw_only=True):
    """`visits` is what the bookings add up to now; it is left out of a client as of the past."""

    visits: Visits | None = None


class Oneself(ListedUser, frozen=True, kw_only=True):
    """A user, and what the session permits."""

    tenant_id: str
    tenant: ListedTenant | None
    user_type: auth.UserType
    permissions: list[Permission]


Pair = Annotated[list[Any], msgspec.Meta(min_length=2, max_length=2)]


class Change(msgspec.Struct):
    """What an event changed: each field from what to what."""

    version: int
    position: int
    type: str
    at: str
    actor: str | None
    changes: dict[str, Pair]


class Difference(msgspec.Struct, rename={"from_": "from"}):
    """What differs between two versions: each field from what to what."""

    stream: str
    from_: int
    to: int
    changes: dict[str, Pair]


class Health(msgspec.Struct):
    status: str
    database: str


class Count(msgspec.Struct):
    count: int


class Steps(msgspec.Struct):
    data: list[Change]
    has_more: bool


class Policies(msgspec.Struct):
    data: list[limits.Policy]


ANSWERS: Final[Mapping[Callable[..., Any], Shape]] = {
    bookings.request_booking: Row(BOOKINGS),
    bookings.list_bookings: Listed(bookings.LISTING),
    bookings.get_booking: Row(BOOKINGS),
    bookings.show_booking_history: Made(Steps),
    bookings.change_booking: Row(BOOKINGS),
    bookings.confirm_booking: Row(BOOKINGS),
    bookings.decline_booking: Row(BOOKINGS),
    bookings.complete_booking: Row(BOOKINGS),
    bookings.mark_no_show: Row(BOOKINGS),
    bookings.cancel_booking: Row(BOOKINGS),
    bookings.reschedule_booking: Row(BOOKINGS),
    bookings.link_booking: Row(BOOKINGS),
    availability.show_availability: Made(availability.FreeSlots),
    holds.place_hold: Made(holds.PlacedHold),
    series.request_series: Row(SERIES),
    series.list_series: Listed(series.LISTING),
    series.get_series: Row(SERIES),
    series.cancel_series: Row(SERIES),
    professionals.register_professional: Row(PROFESSIONALS),
    professionals.list_professionals: Listed(professionals.LISTING),
    professionals.get_professional: Row(PROFESSIONALS),
    professionals.rename_professional: Row(PROFESSIONALS),
    professionals.get_professional_contact: Row(PROFESSIONAL_CONTACTS),
    professionals.change_professional_contact: Row(PROFESSIONAL_CONTACTS),
    professionals.change_professional_settings: Row(PROFESSIONALS),
    professionals.switch_booking: Row(PROFESSIONALS),
    time_blocks.add_time_block: Row(TIME_BLOCKS),
    time_blocks.list_time_blocks: Listed(time_blocks.LISTING),
    time_blocks.get_time_block: Row(TIME_BLOCKS),
    time_blocks.change_time_block: Row(TIME_BLOCKS),
    services.create_service: Row(SERVICES),
    services.list_services: Listed(services.LISTING),
    services.list_service_categories: Paged(Category, (), usual=MOST),
    services.get_service: Row(SERVICES),
    services.change_service: Row(SERVICES),
    services.restore_service: Row(SERVICES),
    clients.register_client: Row(CLIENTS),
    clients.list_clients: Listed(clients.LISTING),
    clients.get_client: Made(ClientWithVisits, tagged=True),
    clients.change_client: Row(CLIENTS),
    clients.change_client_status: Row(CLIENTS),
    clients.erase_client: Made(Erasure, also=(202,)),
    clients.show_erasure: Made(Erasure),
    clients.add_client_note: Made(CLIENT_TIMELINE.row),
    clients.list_bookings_of_client: Listed(clients.BOOKINGS_OF_CLIENT),
    clients.show_client_timeline: Listed(clients.TIMELINE),
    users.add_user: Row(USERS),
    users.list_users: Listed(users.LISTING),
    users.get_user: Row(USERS),
    users.change_roles: Row(USERS),
    client_limits.show_client_limits: Made(ClientLimits),
    client_limits.change_client_limits: Made(ClientLimits),
    tenants.get_tenant: Row(TENANTS),
    tenants.change_tenant: Row(TENANTS),
    outbox.list_outbox_mails: Paged(OutboxMail, tuple(outbox.FILTERS)),
    outbox.get_outbox_mail: Made(OutboxMail),
    jobs.list_jobs: Paged(QueuedJob, tuple(jobs.FILTERS)),
    jobs.get_job: Made(QueuedJob),
    jobs.edit_job: Made(QueuedJob),
    jobs.retry_job: Made(QueuedJob),
    jobs.discard_job: Made(QueuedJob),
    read_models.list_parked: Paged(ParkedKey, tuple(read_models.FILTERS)),
    limits.list_limits: Made(Policies),
    live.show_live_bookings: Made(LastHour),
    history.list_history: Paged(history.Happened),
    history.get_event: Made(history.Happened),
    history.show_as_of: Made(dict[str, Any], tagged=True),
    history.show_difference: Made(Difference),
    auth.register: Row(USERS),
    auth.show_me: Made(Oneself, tagged=True),
    auth.change_me: Row(USERS),
    status.show_health: Made(Health, also=(503,)),
    status.show_status: Made(dict[str, Any]),
    beauty.create_appointment: Row(BOOKINGS),
    beauty.list_appointments: Listed(beauty.APPOINTMENTS),
    beauty.change_appointment_status: Row(BOOKINGS),
    beauty.cancel_appointment: Row(BOOKINGS),
    beauty.reschedule_appointment: Row(BOOKINGS),
    beauty.list_old_services: Listed(beauty.SERVICES),
    beauty.list_old_clients: Listed(beauty.CLIENTS),
    beauty.list_appointments_of_client: Listed(beauty.THEIR_APPOINTMENTS),
    setter_bookings.create_old_booking: Made(setter_bookings.OldBooking),
    setter_bookings.list_old_bookings: Listed(setter_bookings.BOOKINGS, always_numbered=True),
    setter_bookings.get_old_booking: Made(setter_bookings.OldBooking, tagged=True),
    setter_bookings.change_old_booking: Made(setter_bookings.OldBooking, tagged=True),
    setter_bookings.cancel_old_booking: Made(setter_bookings.OldBooking, tagged=True),
    setter_clients.create_old_client: Made(setter_clients.OldClient, tagged=True),
    setter_clients.list_old_clients: Listed(setter_clients.LISTING, always_numbered=True),
    setter_clients.get_old_client: Made(setter_clients.OldClient, tagged=True),
    setter_clients.change_old_client: Made(setter_clients.OldClient, tagged=True),
    setter_users.create_user: Made(setter_users.OldUser, tagged=True),
    setter_users.list_users: Listed(setter_users.LISTING, always_numbered=True),
    setter_users.get_user: Made(setter_users.OldUser, tagged=True),
    setter_users.change_user: Made(setter_users.OldUser, tagged=True),
    calendar.show_availability: Made(availability.FreeSlots),
    calendar.get_own_settings: Row(PROFESSIONALS),
    calendar.change_own_settings: Row(PROFESSIONALS),
    tasks.show_task_status: Made(tasks.TaskStatus),
    tasks.schedule_reminders: Made(Count),
}

NO_COMMANDS: Final = frozenset(
    {
        auth.log_out,
        jobs.edit_job,
        jobs.retry_job,
        jobs.discard_job,
        read_models.retry_parked,
        tasks.schedule_reminders,
    }
)
"""What records nothing in the log, so that there is nothing to do once, and no version."""

NEVER_CONFLICT: Final = frozenset(
    {clients.add_client_note, clients.erase_client, client_limits.change_client_limits}
)
"""What is done whatever version somebody has seen."""
