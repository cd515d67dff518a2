#!/usr/bin/env python3
"""Rival: FastAPI in front of an application of the `eventsourcing` library.

It checks the token and the request like the others, but not whether the slot is free.
"""

import sys

from fastapi import FastAPI, status
from pydantic import BaseModel

from infra.bench.rivals.booking_messages import BookingIn, serve
from infra.bench.rivals.eventsourcing_bookings import Booking, Bookings, environment
from infra.bench.tokens import CurrentUser

bookings = Bookings(environment(sys.argv[-1], connections=16))
app = FastAPI()


class Created(BaseModel):
    id: str
    version: int
    status: str


@app.post("/bookings", status_code=status.HTTP_201_CREATED)
def create_booking(asked: BookingIn, _: CurrentUser) -> Created:
    booking = Booking(
        client_id=str(asked.client_id),
        professional_id=str(asked.professional_id),
        service_id=str(asked.service_id),
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
    )
    bookings.save(booking)
    return Created(id=str(booking.id), version=booking.version, status=booking.status)


if __name__ == "__main__":
    serve(app)
