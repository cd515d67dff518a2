"""Two of everybody in one business, each with things of their own: a visit, a series, a hold, a time
off, a client's record, an account. What is the first one's bears the first one's id and words.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.testclient import TestClient

from application.permissions import Permission, Principal, permissions_of
from domain.business.users import AddUser, Role
from domain.conversations.messages import message_at
from domain.conversations.participants import MemberId
from domain.conversations.threads import OpenThread, ThreadForm
from domain.people.clients import AddClientNote, RegisterClient
from domain.scheduling.agendas import PlaceHold
from domain.scheduling.bookings import ConfirmBooking, RequestBooking
from domain.scheduling.professionals import ALWAYS_OPEN, RegisterProfessional, Settings
from domain.scheduling.recurrence import Recurrence
from domain.scheduling.series import RequestSeries
from domain.scheduling.time_blocks import AddTimeBlock, Once
from domain.values import (
    BlockId,
    BookingId,
    ClientId,
    Contact,
    HoldId,
    NoteId,
    ProfessionalId,
    SeriesId,
    TenantId,
    TimeSlot,
    UserId,
)
from tests.conversations.threads.examples import group_named
from tests.http.examples_of_bodies import ID
from tests.http.hostile import THREAD
from tests.running import Client, Running

FEBRUARY: Final = datetime(2027, 2, 1, 9, tzinfo=UTC)
SETTINGS: Final = Settings(time_zone="Europe/Paris", hours=ALWAYS_OPEN)


def uuid(number: int) -> str:
    """Return the id of everything that is somebody's."""
    return f"{ID[:-1]}{number}"


def theirs(text: str, number: int) -> str:
    """Return what is said of the first one's things as it is said of this one's."""
    thread = group_named(f"thread-{uuid(number)}")
    named = text.replace(THREAD, thread).replace(message_at(THREAD, 1), message_at(thread, 1))
    return named.replace(ID, uuid(number))


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in; `number` says whose things are theirs."""

    number: int
    principal: Principal
    http: TestClient


def everybody(running: Running) -> list[Person]:
    """Let two of each role be there, with what is theirs."""
    for number in (1, 2):
        _things(running, number)
    running.settle()
    return [_person(running, role, number) for role in Role for number in (1, 2)]


def hidden(seen_by: Principal, number: int) -> list[str]:
    """Return the words that somebody may not read, of what is another's."""
    words = {
        f"visit{number}": Permission.BOOKINGS_READ,
        f"absence{number}": Permission.BOOKINGS_READ,
        f"person{number}": Permission.CLIENTS_READ,
        f"account{number}": Permission.USERS_READ,
        f"said{number}": Permission.THREADS_READ,
    }
    return [word for word, needed in words.items() if not seen_by.may(needed)]


def untouchable(touched_by: Principal, number: int) -> list[str]:
    """Return the ids that nothing may bear which somebody did, of what is another's."""
    kinds = {
        **dict.fromkeys(("booking", "series", "hold", "block"), Permission.BOOKINGS_WRITE),
        "client": Permission.CLIENTS_WRITE,
        "user": Permission.USERS_MANAGE,
    }
    if touched_by.professional_id is not None:  # all others may book with everybody
        kinds["professional"] = Permission.PROFESSIONALS_WRITE
    thread = group_named(f"thread-{uuid(number)}")
    threads = [] if touched_by.may(Permission.THREADS_WRITE) else [thread, message_at(thread, 1)]
    others = [_of(kind, number) for kind, needed in kinds.items() if not touched_by.may(needed)]
    return [*others, *threads]


def unseen(seen_by: Principal, number: int) -> list[str]:
    """Return the ids that are not told to who reaches only their own; people's are no secret."""
    if not seen_by.may(Permission.OWN_BOOKINGS_READ):
        return []
    known = ("user", "professional")
    return [each for each in untouchable(seen_by, number) if not each.startswith(known)]


def _person(running: Running, role: Role, number: int) -> Person:
    token = f"{role}{number}"
    principal = Principal(
        tenant_id=TenantId(running.tenant),
        user_id=UserId(f"user-{uuid(number)}" if role is Role.FRONT_DESK else f"user-{token}"),
        roles=(role,),
        permissions=permissions_of((role,)),
        session_id=token,
        professional_id=ProfessionalId(_of("professional", number))
        if role is Role.PROFESSIONAL
        else None,
        client_id=ClientId(_of("client", number)) if role is Role.CLIENT else None,
    )
    running.principals[token] = principal
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    http = Client(running.app, headers=headers, raise_server_exceptions=False)
    return Person(number, principal, http)


def _of(kind: str, number: int) -> str:
    return f"{kind}-{uuid(number)}"


def _things(running: Running, number: int) -> None:
    professional, client = (
        ProfessionalId(_of("professional", number)),
        ClientId(_of("client", number)),
    )
    booking, word = BookingId(_of("booking", number)), f"visit{number}"
    whose: Any = {"professional_id": professional, "client_id": client, "duration_minutes": 30}
    day = timedelta(days=1)
    daily = Recurrence(
        starts_at=datetime(2027, 1, 5, 10),  # noqa: DTZ001 - a wall clock, as in `hostile`
        time_zone="Europe/Paris",
        rule="FREQ=DAILY;COUNT=2",
    )
    for command in (
        AddUser(
            tenant_id=TenantId(running.tenant),
            user_id=UserId(_of("user", number)),
            name=f"account{number}",
            email=f"account{number}@example.org",
            roles=(Role.FRONT_DESK,),
        ),
        RegisterProfessional(
            professional_id=professional, contact=Contact(name=f"Ana {number}"), settings=SETTINGS
        ),
        RegisterClient(
            client_id=client,
            contact=Contact(name=f"person{number}", email=f"person{number}@example.org"),
        ),
        OpenThread(
            form=ThreadForm.GROUP,
            opened_by=MemberId(_of("user", number)),
            members=(MemberId(_of("user", number)), MemberId(client)),
            seed=f"thread-{uuid(number)}",
            text=f"said{number}",
        ),
        AddClientNote(
            client_id=client, note_id=NoteId(_of("note", number)), text=f"person{number}"
        ),
        RequestBooking(booking_id=booking, starts_at=FEBRUARY, notes=word, location=word, **whose),
        ConfirmBooking(booking_id=booking),
        RequestSeries(
            series_id=SeriesId(_of("series", number)), recurrence=daily, notes=word, **whose
        ),
        PlaceHold(hold_id=HoldId(_of("hold", number)), starts_at=FEBRUARY + day, **whose),
        AddTimeBlock(
            block_id=BlockId(_of("block", number)),
            professional_id=professional,
            when=Once(TimeSlot(FEBRUARY + 2 * day, FEBRUARY + 3 * day)),
            reason=f"absence{number}",
        ),
    ):
        running.order(command)
