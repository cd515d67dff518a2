"""The paths of the salon product: appointments, services, clients, and what it did in the background.

Shapes are those of `/v1`; what differs is how things are named in requests and lists.
"""

from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Response
from pydantic import AliasChoices, Field

from api.compat import OldRouter, Product
from api.compat.beginnings import bookings_by
from api.compat.moves import order_for
from api.compat.pages import OldListing
from api.compat.whom import professional
from api.people import clients
from api.problems.reasons import VISITS
from api.requests import ids
from api.requests.answers import Listed, Row, answers
from api.requests.forms import Body, Sought, Text
from api.requests.moments import Instant
from api.scheduling import bookings, services
from domain.scheduling.bookings import BookingStatus
from domain.values import ProfessionalId
from projections.scheduling.bookings import BOOKINGS
from projections.scheduling.services import offered_by

appointments: Final = OldRouter(Product.BEAUTY, prefix="/appointments", successor="/v1/bookings")
old_services: Final = OldRouter(Product.BEAUTY, prefix="/services", successor="/v1/services")
old_clients: Final = OldRouter(Product.BEAUTY, prefix="/clients", successor="/v1/clients")


def named(*names: str) -> Any:
    """Declare a field by its old name, and by the others it is sent under."""
    return Field(None, validation_alias=AliasChoices(*names))


# --- Appointments ---------------------------------------------------------------------

APPOINTMENTS: Final = OldListing(
    listing=bookings_by(
        {
            "client": "client_id",
            "service": "service_id",
            "professional": "professional_id",
        }
    ),
    sorts={"start": "starts_at", "startTime": "starts_at"},
)


class NewAppointment(bookings.Wishes):
    """Who need not say with whom: see `api/compat/whom.py`."""

    start: Instant = Field(validation_alias=AliasChoices("start", "starts_at", "start_time"))
    service_id: ids.Service | None = named("service", "service_id")
    client_id: ids.Client | None = named("client", "client_id")
    professional_id: ids.Professional | None = named("professional", "professional_id")

    def booking(self, professional_id: ProfessionalId) -> bookings.NewBooking:
        """Return the same as `/v1` wants it."""
        rest = self.model_dump(exclude={"start", "professional_id"})
        return bookings.NewBooking(professional_id=professional_id, starts_at=self.start, **rest)


class NewStart(Body):
    start: Instant = Field(validation_alias=AliasChoices("start", "starts_at", "start_time"))
    duration_minutes: bookings.Minutes | None = None
    override: bool = False


class OldStatusBody(Body):
    status: BookingStatus
    reason: Text | None = None


@appointments.post("", status_code=201)
@answers(Row(BOOKINGS), refuses=VISITS)
def create_appointment(body: NewAppointment, caller: bookings.MayWrite) -> Response:
    """Book an appointment."""
    with_whom = professional(caller, body.professional_id, body.service_id, field="professional")
    return bookings.request_booking(body.booking(with_whom), caller)


@appointments.get("")
@answers(Listed(APPOINTMENTS))
def list_appointments(caller: bookings.MayRead) -> Response:
    """List appointments: `?status=&from=&to=&client=&service=`, with `sort` and `cursor` or with
    `page`, `limit`, `sortBy` and `sortOrder`.
    """
    return APPOINTMENTS.answer(caller)


@appointments.get("/{booking_id}")
@answers(Row(BOOKINGS))
def get_appointment(booking_id: ids.Booking, caller: bookings.MayRead) -> Response:
    """Show an appointment."""
    return caller.shown(BOOKINGS, booking_id)


@appointments.put("/{booking_id}/status")
@answers(Row(BOOKINGS), refuses=VISITS)
def change_appointment_status(
    booking_id: ids.Booking, body: OldStatusBody, caller: bookings.MayWrite
) -> Response:
    """Put an appointment into a status, if the one it has allows it."""
    command = order_for(body.status, booking_id, caller, body.reason)
    return bookings.move(caller, booking_id, command)


@appointments.delete("/{booking_id}")
@answers(Row(BOOKINGS), refuses=VISITS)
def cancel_appointment(booking_id: ids.Booking, caller: bookings.MayWrite) -> Response:
    """Cancel an appointment. It is still there afterwards, as cancelled."""
    return bookings.cancel_booking(booking_id, caller)


@appointments.post("/{booking_id}/reschedule")
@answers(Row(BOOKINGS), refuses=VISITS)
def reschedule_appointment(
    booking_id: ids.Booking, body: NewStart, caller: bookings.MayWrite
) -> Response:
    """Move an appointment to another time, or leave it where it is."""
    new = bookings.NewTime(
        starts_at=body.start, duration_minutes=body.duration_minutes, override=body.override
    )
    return bookings.reschedule_booking(booking_id, new, caller)


appointments.put("/{booking_id}")(bookings.change_booking)
appointments.get("/{booking_id}/history")(bookings.show_booking_history)


# --- Services -------------------------------------------------------------------------

SERVICES: Final = OldListing(listing=replace(services.LISTING, also=("profile",)))


@old_services.get("")
@answers(Listed(SERVICES))
def list_old_services(
    caller: services.MayRead, profile: ids.Professional | None = None
) -> Response:
    """List what is offered, by everybody or by one professional."""
    asked = caller.request.query_params
    return SERVICES.answer(
        caller,
        where=[] if "active" in asked else [services.ACTIVE],
        extra=[offered_by(profile)] if profile else [],
    )


old_services.post("", status_code=201)(services.create_service)
old_services.get("/categories")(services.list_service_categories)
old_services.get("/{service_id}")(services.get_service)
old_services.put("/{service_id}")(services.change_service)
old_services.delete("/{service_id}", status_code=204)(services.remove_service)


# --- Clients --------------------------------------------------------------------------

CLIENTS: Final = OldListing(listing=clients.LISTING, sorts={"name": "sort_name"})
THEIR_APPOINTMENTS: Final = OldListing(listing=clients.BOOKINGS_OF_CLIENT, sorts=APPOINTMENTS.sorts)


@old_clients.get("")
@answers(Listed(CLIENTS))
def list_old_clients(caller: clients.MayRead, q: Sought = "") -> Response:
    """List clients."""
    return CLIENTS.answer(caller, extra=clients.whom(q, caller))


@old_clients.get("/{client_id}/appointments")
@answers(Listed(THEIR_APPOINTMENTS))
def list_appointments_of_client(client_id: ids.Client, caller: clients.MayRead) -> Response:
    """List the appointments of a client, newest first."""
    clients.refuse_unknown(caller, client_id)
    whose = clients.of_client(client_id)
    return THEIR_APPOINTMENTS.answer(caller, where=[whose])


old_clients.post("", status_code=201)(clients.register_client)
old_clients.get("/{client_id}")(clients.get_client)
old_clients.put("/{client_id}")(clients.change_client)
old_clients.post("/{client_id}/notes", status_code=201)(clients.add_client_note)
old_clients.get("/{client_id}/timeline")(clients.show_client_timeline)


ROUTERS: Final[tuple[APIRouter, ...]] = (appointments, old_services, old_clients)
