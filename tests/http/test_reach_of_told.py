"""Whoever may see a thing is told of it, and nobody else: by the same ids as it is shown."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import msgspec
import pytest

from adapters.event_store.audit import Audit
from adapters.event_store.history import History
from api.requests.reach import KEY, ROWS
from application.ports import Recorded
from application.things import THINGS
from application.told import Told, hears, told
from domain.aggregate import Aggregate
from domain.business.users import Role
from domain.people import clients
from domain.people.clients import ChangeClientStatus, ClientStatus
from domain.scheduling import agendas, bookings, series, time_blocks
from domain.scheduling.agendas import PlaceHold, ReleaseHold
from domain.scheduling.bookings import (
    CancelBooking,
    ChangeBooking,
    DeclineBooking,
    LinkBookingToClient,
    RequestBooking,
    RescheduleBooking,
)
from domain.scheduling.series import CancelSeries
from domain.scheduling.time_blocks import ChangeTimeBlock, Once, RemoveTimeBlock
from domain.values import BlockId, BookingId, ClientId, HoldId, SeriesId, TimeSlot, kind_of
from projections.people.clients import CLIENTS
from projections.read_model import ReadModel
from projections.scheduling.bookings import BOOKINGS
from projections.scheduling.series import SERIES
from projections.scheduling.time_blocks import TIME_BLOCKS
from tests.http.persons import FEBRUARY, everybody, hidden, unseen, uuid
from tests.running import Running

pytestmark = pytest.mark.postgres

MOVED_BY: Final[dict[str, Aggregate[Any, Any]]] = {
    each.kind: each
    for each in (
        bookings.BOOKING,
        series.SERIES,
        agendas.HOLD,
        time_blocks.TIME_BLOCK,
        clients.CLIENT,
    )
}
SHOWN_BY: Final[dict[str, ReadModel]] = {
    "booking": BOOKINGS,
    "series": SERIES,
    "block": TIME_BLOCKS,
    "client": CLIENTS,
}
DAY: Final = timedelta(days=1)


def live(running: Running, number: int) -> None:
    """Let whatever can become of somebody's things become of them."""
    word, client = f"visit{number}", ClientId(f"client-{uuid(number)}")
    booking, block = BookingId(f"booking-{uuid(number)}"), BlockId(f"block-{uuid(number)}")
    guests, wish, held = (BookingId(f"booking-{uuid(number)[:-2]}{n}{number}") for n in "abc")
    hold = HoldId(f"hold-{uuid(number)[:-2]}a{number}")
    by: Any = {"professional_id": f"professional-{uuid(number)}", "duration_minutes": 30}
    for command in (
        ChangeBooking(booking_id=booking, notes=f"{word}, again"),
        RescheduleBooking(booking_id=booking, starts_at=FEBRUARY + 5 * DAY, by_client=True),
        CancelBooking(booking_id=booking, reason=word, by_client=True),
        RequestBooking(booking_id=guests, starts_at=FEBRUARY + 6 * DAY, notes=word, **by),
        LinkBookingToClient(booking_id=guests, client_id=client),
        RequestBooking(booking_id=wish, starts_at=FEBRUARY + 7 * DAY, client_id=client, **by),
        DeclineBooking(booking_id=wish, reason=word),
        CancelSeries(series_id=SeriesId(f"series-{uuid(number)}"), starting_from=FEBRUARY),
        ReleaseHold(hold_id=HoldId(f"hold-{uuid(number)}")),
        PlaceHold(hold_id=hold, starts_at=FEBRUARY + 8 * DAY, client_id=client, **by),
        RequestBooking(
            booking_id=held, starts_at=FEBRUARY + 8 * DAY, client_id=client, hold_id=hold, **by
        ),
        ChangeTimeBlock(
            block_id=block,
            when=Once(TimeSlot(FEBRUARY + 2 * DAY, FEBRUARY + 4 * DAY)),
            reason=f"absence{number}",
        ),
        RemoveTimeBlock(block_id=block),
        ChangeClientStatus(client_id=client, status=ClientStatus.ACTIVE),
    ):
        running.order(command)


def history(running: Running) -> list[Recorded]:
    audit = Audit(running.system.database, History(running.system.reader))
    page = audit.page(running.tenant, newest_first=False, limit=1_000)
    assert not page.more
    return list(page.events)


def what_was_told(past: list[Recorded]) -> Iterator[tuple[Recorded, Any, Told]]:
    """Return each event of which others are told, with the state of its thing after it."""
    states: dict[str, Any] = {}
    for each in past:
        if (aggregate := MOVED_BY.get(kind_of(each.stream))) is not None:
            state = states.get(each.stream, aggregate.initial)
            states[each.stream] = aggregate.fold([each.event], state)
        if (found := told(each, states.get(each.stream))) is not None:
            yield each, states.get(each.stream), found


def test_whose_a_thing_is_is_told_as_it_is_shown(running: Running) -> None:
    everybody(running)
    for number in (1, 2):
        live(running, number)
    rows: dict[str, Any] = {}
    seen = set()

    for each, _, found in what_was_told(history(running)):
        model = SHOWN_BY.get(kind_of(each.stream))
        if model is not None and found.type != "client.note-added":
            row = model.after(rows.get(each.stream), each.event, each.recorded_at)
            row = row or rows[each.stream]
            rows[each.stream] = row
            assert found.permission == ROWS[model.name].permission
            assert found.about == shown_to(model, each.stream, row)
            seen.add(type(each.event))

    assert seen >= {*told_in(series), *told_in(time_blocks)}
    assert told_in(bookings) - seen == {bookings.BookingCompleted, bookings.BookingMarkedNoShow}


def told_in(area: Any) -> set[Any]:
    return {event for event, telling in area.TOLD_AS.items() if telling}


def shown_to(model: ReadModel, key: str, row: Any) -> dict[str, str]:
    """Return the ids by which a row is within reach of those whose it is."""
    own = ROWS[model.name].own.items()
    found = {whose: key if column == KEY else getattr(row, column) for whose, column in own}
    return {whose: id_ for whose, id_ in found.items() if id_ is not None}


def test_whose_a_hold_is_is_told_to_its_end(running: Running) -> None:
    """Only its beginning says it; the state remembers."""
    everybody(running)
    for number in (1, 2):
        live(running, number)

    holds = [each for each in what_was_told(history(running)) if each[2].type.startswith("hold.")]

    assert {found.type for _, _, found in holds} == {
        "hold.placed",
        "hold.released",
        "hold.redeemed",
    }
    for _, state, found in holds:
        assert found.about == THINGS["hold_id"].whose(state)


def test_nobody_is_told_what_they_may_not_see(running: Running) -> None:
    persons = everybody(running)
    for number in (1, 2):
        live(running, number)
    everything = [found for _, _, found in what_was_told(history(running))]

    for person in persons:
        other = 3 - person.number
        heard = b"\n".join(_text(each) for each in everything if hears(person.principal, each))
        secret = [*hidden(person.principal, other), *unseen(person.principal, other)]
        assert [word for word in secret if word.encode() in heard] == [], person.principal.roles


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (Role.CLIENT, ("booking", "series", "hold", "client")),
        (Role.PROFESSIONAL, ("booking", "series", "hold", "block")),
    ],
)
def test_whoever_reaches_only_what_is_theirs_is_told_all_of_that(
    running: Running, role: Role, kinds: tuple[str, ...]
) -> None:
    persons = everybody(running)
    for number in (1, 2):
        live(running, number)
    one = next(p for p in persons if p.number == 1 and role in p.principal.roles)
    theirs, others = ({f"{kind}-{uuid(number)}" for kind in kinds} for number in (1, 2))

    told_of = [found for _, _, found in what_was_told(history(running))]
    heard = {found.type for found in told_of if hears(one.principal, found)}
    of_theirs = {found.type for found in told_of if found.subject in theirs}
    of_others = {found.subject for found in told_of if hears(one.principal, found)} & others

    notes = {"client.note-added"} if role is Role.CLIENT else set()
    assert of_theirs - heard == notes
    assert of_others == set()


def _text(each: Told) -> bytes:
    return msgspec.json.encode(each)
