"""What holds for bookings, holds, series and agendas after any history of their own."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import DomainError, Event
from domain.scheduling import agendas, bookings, series
from domain.scheduling.agendas import AGENDA, HOLD, SlotTaken
from domain.scheduling.bookings import BOOKING
from domain.scheduling.series import SERIES
from domain.values import BookingId, ClientId, TimeSlot
from tests.scheduling.bookings.examples import (
    ana,
    appointment,
    booking_id,
    cancel_booking,
    cancel_by_client,
    cancel_series,
    change_booking,
    complete_booking,
    confirm_booking,
    decline_booking,
    expire_hold,
    held_slot_freed,
    hold_id,
    hour,
    instances,
    link_to_client,
    mark_no_show,
    monday,
    monday_reserved,
    moved_appointment,
    now,
    other_booking,
    place_hold,
    release_hold,
    request_booking,
    request_series,
    reschedule_booking,
    slot_held,
    slot_released,
    slot_reserved,
    zoe,
)

Order = Callable[[Any], Sequence[Event]]
"""A decision with everything but the state."""

moments = st.sampled_from(
    [now, monday.starts_at - 2 * hour, monday.starts_at - hour, monday.starts_at, monday.ends_at]
)

mail_ids = st.sampled_from(["mail-1", "mail-2"])

booking_orders = st.one_of(
    st.builds(
        lambda order, holds, auto: (
            lambda booking: bookings.request(
                order,
                booking,
                appointment=replace(appointment, client_id=order.client_id),
                price=None,
                holds_slot=holds or auto,
                auto_confirm=auto,
            )
        ),
        st.sampled_from([request_booking, replace(request_booking, client_id=None)]),
        st.booleans(),
        st.booleans(),
    ),
    st.just(lambda booking: bookings.confirm(confirm_booking, booking)),
    st.just(lambda booking: bookings.decline(decline_booking, booking)),
    st.builds(
        lambda now_: lambda booking: bookings.complete(complete_booking, booking, now=now_),
        moments,
    ),
    st.builds(
        lambda now_: lambda booking: bookings.mark_no_show(mark_no_show, booking, now=now_),
        moments,
    ),
    st.builds(
        lambda order, now_: lambda booking: bookings.cancel(order, booking, now=now_, window=hour),
        st.sampled_from([cancel_booking, cancel_by_client]),
        moments,
    ),
    st.builds(
        lambda by_client, to, now_: (
            lambda booking: bookings.reschedule(
                replace(reschedule_booking, by_client=by_client),
                booking,
                appointment=to,
                now=now_,
                window=hour,
            )
        ),
        st.booleans(),
        st.sampled_from([appointment, moved_appointment]),
        moments,
    ),
    st.builds(
        lambda notes: (
            lambda booking: bookings.change(replace(change_booking, notes=notes), booking)
        ),
        st.sampled_from(["", "Prefers the window seat", None]),
    ),
    st.builds(
        lambda client: (
            lambda booking: bookings.link_to_client(
                replace(link_to_client, client_id=client), booking
            )
        ),
        st.sampled_from([zoe, ClientId("client-another")]),
    ),
    st.builds(
        lambda mail: (
            lambda booking: bookings.record_mail_sent(
                bookings.RecordBookingMailSent(
                    booking_id=booking_id, mail_id=mail, mail="confirmation", message_id="<1@salon>"
                ),
                booking,
            )
        ),
        mail_ids,
    ),
    st.builds(
        lambda mail: (
            lambda booking: bookings.record_mail_failed(
                bookings.RecordBookingMailFailed(
                    booking_id=booking_id, mail_id=mail, mail="confirmation", reason="refused"
                ),
                booking,
            )
        ),
        mail_ids,
    ),
)

hold_orders = st.one_of(
    st.builds(
        lambda seconds: (
            lambda hold: agendas.place(
                replace(place_hold, ttl_seconds=seconds),
                hold,
                slot=monday,
                reserved=monday_reserved,
                now=now,
            )
        ),
        st.sampled_from([60, 600, 601]),
    ),
    st.builds(
        lambda booking, minutes: (
            lambda hold: agendas.redeem(
                hold_id,
                booking,
                hold,
                professional_id=ana,
                slot=monday,
                reserved=monday_reserved,
                now=now + timedelta(minutes=minutes),
            )
        ),
        st.sampled_from([booking_id, other_booking]),
        st.integers(0, 10),
    ),
    st.just(lambda hold: agendas.release_hold(release_hold, hold)),
    st.builds(
        lambda minutes: (
            lambda hold: agendas.expire(expire_hold, hold, now=now + timedelta(minutes=minutes))
        ),
        st.integers(0, 10),
    ),
)

series_orders = st.one_of(
    st.just(
        lambda series_: series.request(request_series, series_, instances=instances, conflicts=[])
    ),
    st.builds(
        lambda weeks: (
            lambda series_: series.cancel(
                replace(cancel_series, starting_from=monday.starts_at + timedelta(weeks=weeks)),
                series_,
            )
        ),
        st.integers(0, 3),
    ),
)

slots = st.builds(
    lambda start, length: TimeSlot(
        monday.starts_at + start * hour, monday.starts_at + (start + length) * hour
    ),
    st.integers(0, 30),
    st.integers(1, 4),
)
booking_ids = st.integers(0, 40).map(lambda number: BookingId(f"booking-{number}"))
agenda_moments = st.integers(0, 10).map(lambda minutes: now + timedelta(minutes=minutes))

agenda_orders = st.one_of(
    st.builds(
        lambda booking, slot_, now_: (
            lambda agenda: agendas.reserve(
                replace(slot_reserved, booking_id=booking, slot=slot_), agenda, now=now_
            )
        ),
        booking_ids,
        slots,
        agenda_moments,
    ),
    st.builds(
        lambda booking, slot_: (
            lambda agenda: agendas.release(
                replace(slot_released, booking_id=booking, slot=slot_), agenda
            )
        ),
        booking_ids,
        slots,
    ),
    st.builds(
        lambda slot_, now_: (
            lambda agenda: agendas.hold(replace(slot_held, slot=slot_), agenda, now=now_)
        ),
        slots,
        agenda_moments,
    ),
    st.just(lambda agenda: agendas.free_held(held_slot_freed, agenda)),
)


def carried_out(order: Order, state: Any) -> Sequence[Any]:
    try:
        return order(state)
    except DomainError:
        return []


@pytest.mark.parametrize(
    ("aggregate", "orders"),
    [
        (BOOKING, booking_orders),
        (HOLD, hold_orders),
        (SERIES, series_orders),
        (AGENDA, agenda_orders),
    ],
    ids=["bookings", "holds", "series", "agendas"],
)
@given(data=st.data())
def test_an_order_carried_out_twice_changes_nothing_the_second_time(
    aggregate: Aggregate[Any, Any], orders: st.SearchStrategy[Order], data: st.DataObject
):
    state = aggregate.initial
    for order in data.draw(st.lists(orders, max_size=15)):
        events = carried_out(order, state)
        state = aggregate.fold(events, state)

        assert carried_out(order, state) == []
        if events:
            assert order(state) == []


@given(st.lists(agenda_orders, max_size=40), slots)
def test_an_agenda_finds_by_halves_what_one_finds_by_looking_at_everything(orders, wanted):
    agenda = AGENDA.initial
    for order in orders:
        agenda = AGENDA.fold(carried_out(order, agenda), agenda)

    met = [each for each in agenda.reserved if each.slot.overlaps(wanted)]
    assert list(agenda.reserved_within(wanted)) == met
    for earlier, later in pairwise(agenda.reserved):
        assert earlier.slot.ends_at <= later.slot.starts_at


@given(st.lists(agenda_orders, max_size=40), st.data())
def test_a_released_slot_leaves_the_agenda_as_if_it_had_never_been(orders, data):
    agenda = AGENDA.initial
    for order in orders:
        agenda = AGENDA.fold(carried_out(order, agenda), agenda)
    wanted = replace(slot_reserved, slot=data.draw(slots))
    try:
        reserved = agendas.reserve(wanted, agenda, now=now)
    except SlotTaken:
        return

    unwanted = replace(slot_released, slot=wanted.slot)
    with_it = AGENDA.fold(reserved, agenda)

    assert AGENDA.fold(agendas.release(unwanted, with_it), with_it) == agenda
