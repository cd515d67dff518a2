"""A booking, from the login to its history, with a client made from the document by
openapi-python-client. It prints what `flow.ts` prints.
"""

import os
from typing import TypeVar

from desk import AuthenticatedClient, Client
from desk.api.auth import log_in
from desk.api.bookings import (
    cancel_booking,
    place_hold,
    request_booking,
    show_availability,
    show_booking_history,
)
from desk.api.professionals import list_professionals
from desk.api.services import list_services
from desk.models import (
    ContactBody,
    FreeSlots,
    KnownBooking,
    ListedProfessionalPage,
    ListedServicePage,
    ListServicesSort,
    LoginBody,
    NewBooking,
    NewHold,
    PlacedHold,
    Reason,
    SlotTakenProblem,
    Steps,
    TokensBody,
)

T = TypeVar("T")
DESK = os.environ["DESK"]


def given(kind: type[T], answer: object) -> T:
    assert isinstance(answer, kind), answer
    return answer


credentials = LoginBody(email=os.environ["EMAIL"], password=os.environ["PASSWORD"])
session = given(TokensBody, log_in.sync(client=Client(base_url=DESK), body=credentials))
desk = AuthenticatedClient(base_url=DESK, token=session.access_token)

last_first = ListServicesSort.NAME_DESCENDING
services = given(ListedServicePage, list_services.sync(client=desk, name="Coupe", sort=last_first))
people = given(ListedProfessionalPage, list_professionals.sync(client=desk, name="Ana Lopez"))
service, professional = services.data[0], people.data[0]

free = given(
    FreeSlots,
    show_availability.sync(client=desk, service_id=service.id, professional_id=professional.id),
)
slot = free.data[-1]
print("free", str(len(free.data) > 1).lower())

wanted = NewHold(
    professional_id=professional.id, service_id=service.id, starts_at=slot.starts_at, ttl=60
)
hold = given(PlacedHold, place_hold.sync(client=desk, body=wanted))
print("held", str(hold.starts_at == slot.starts_at).lower())

visit = NewBooking(
    professional_id=professional.id,
    service_id=service.id,
    starts_at=slot.starts_at,
    guest=ContactBody(name="Zoé", email="zoe@mail.example"),
)
visit.hold_id = hold.id
booking = given(
    KnownBooking,
    request_booking.sync(client=desk, body=visit, idempotency_key=f"flow-{hold.id}"),
)
print("booked", booking.status.value)

visit.hold_id = None
refused = request_booking.sync_detailed(client=desk, body=visit)
taken = given(SlotTakenProblem, refused.parsed)
later = [each.starts_at > slot.starts_at for each in taken.next_free_slots]
print("taken", refused.status_code.value, str(bool(later) and all(later)).lower())

reason = Reason(reason="The flow is over")
called = given(KnownBooking, cancel_booking.sync(booking.id, client=desk, body=reason))
print("cancelled", called.status.value, called.reason)

history = given(Steps, show_booking_history.sync(booking.id, client=desk))
moves = [each.type_ for each in history.data if "-mail-" not in each.type_]
print("history", *moves)
