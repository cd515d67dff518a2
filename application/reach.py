"""How far an order reaches. Whoever orders something has leave for it, and names things by their
ids: what is others' does not exist for them.

The dispatcher asks this before every decision, on the very past that the decision is made on. So
no route can forget it, and whose a thing is cannot change in between.
"""

from collections.abc import Mapping
from typing import Any, Final

from application.conversations.reach import ORDERS as OF_CONVERSATIONS
from application.conversations.reach import refuse_beyond_members
from application.files.owners import ORDERS as OF_FILES
from application.files.owners import refuse_beyond_owner
from application.permissions import Permission, PermissionMissing, Principal, Reach
from application.refusals import Unproven
from application.things import THINGS
from application.transact import Changes, Past, Together
from domain import records
from domain.business.users import USER, ChangeUserDetails, UserStatus
from domain.catalogue import BY_NAME, KINDS
from domain.conversations.messages import React
from domain.files import files
from domain.messages import Command, Forbidden, Missing, Value
from domain.people import clients
from domain.records import Kind
from domain.scheduling import agendas, bookings, professionals, series, time_blocks


class NotFound(Missing):
    """There is nothing here by this id."""


class StandingChanged(Unproven):
    """What you may do here has changed since this access token was made; refresh it."""


class ChangedTooOften(Forbidden):
    """It was changed as often as those can whom it is about. The business still can."""

    most: int


class Leave(Value, frozen=True, kw_only=True):
    """By what right something is ordered: who orders it, and the permission that lets them."""

    principal: Principal
    permission: str


BY_CLIENTS: Final = (
    bookings.RequestBooking,
    bookings.ChangeBooking,
    bookings.CancelBooking,
    bookings.RescheduleBooking,
    series.RequestSeries,
    series.CancelSeries,
    agendas.PlaceHold,
    agendas.ReleaseHold,
)
ABOUT_THEMSELVES: Final = (
    clients.AgreeToBeTold,
    clients.OptOut,
    clients.ChooseHowToBeTold,
)
ORDERED_BY: Final[Mapping[str, frozenset[type[Command]]]] = {
    "client_id": frozenset((*BY_CLIENTS, *ABOUT_THEMSELVES)),
    "professional_id": frozenset(
        {
            *BY_CLIENTS,
            bookings.ConfirmBooking,
            bookings.DeclineBooking,
            bookings.CompleteBooking,
            bookings.MarkNoShow,
            bookings.LinkBookingToClient,
            professionals.RenameProfessional,
            professionals.ChangeProfessionalContact,
            professionals.ChangeProfessionalSettings,
            professionals.OpenForBooking,
            professionals.CloseForBooking,
            time_blocks.AddTimeBlock,
            time_blocks.ChangeTimeBlock,
            time_blocks.RemoveTimeBlock,
        }
    ),
}
"""What somebody may order who reaches only what bears this id of their own."""

BY_ACTION: Final[Mapping[type[Command], Kind[Any]]] = {
    action.command: kind for kind in KINDS for action in kind.actions.values() if not action.by_us
}

AGAIN_AND_AGAIN: Final[Mapping[type[Command], str]] = {
    bookings.ChangeBooking: "booking_id",
    bookings.RescheduleBooking: "booking_id",
    ChangeUserDetails: "user_id",
    records.ChangeRecord: "id",
    records.RemoveRecord: "id",
    records.RestoreRecord: "id",
    **dict.fromkeys(BY_ACTION, "id"),
    files.PublishFile: "file_id",
    files.WithdrawFile: "file_id",
    files.RemoveFile: "file_id",
    files.RestoreFile: "file_id",
    React: "message_id",
    **dict.fromkeys(ABOUT_THEMSELVES, "client_id"),
}
"""What clients may order of one thing as often as they like, and where it is named. By all else that
they may order something begins, or ends.
"""

MOST_CHANGES: Final = 500
"""Events after which a thing is changed no more by those it is about: whoever decides about it, in
whichever process, has to read them all.
"""

ONESELF: Final = (Permission.ACCOUNT_READ, Permission.ACCOUNT_WRITE)
"""Permissions that are about whoever has them, and nobody else."""


def refuse_beyond(command: Command, leave: Leave, past: Past) -> None:
    """Refuse what is not the principal's to order. Raises what each refusal says of itself."""
    refuse_outdated(leave.principal, past)
    reach = leave.principal.reach(leave.permission)
    for order in _orders_of(command):
        _refuse_override(order, leave)
        _refuse_elsewhere(order, leave)
        if isinstance(order, OF_FILES):
            refuse_beyond_owner(order, leave.principal, past)
        elif isinstance(order, OF_CONVERSATIONS):
            refuse_beyond_members(order, reach, leave.principal, past)
        elif not reach.everything:
            if (kind := _kind_of(order)) is None:
                _refuse_others(order, reach, leave, past)
            else:
                _refuse_others_record(kind, order, reach, leave, past)


def refuse_endless(
    command: Command, leave: Leave, changes: Changes, seen: Mapping[str, int]
) -> None:
    """Refuse what would change a thing once more that was changed as often as can be by those who act
    for themselves. Raises ChangedTooOften.
    """
    if not _acts_for_themselves(leave):
        return
    for order in _orders_of(command):
        thing = getattr(order, AGAIN_AND_AGAIN.get(type(order), ""), None)
        if changes.get(str(thing)) and seen.get(str(thing), 0) >= MOST_CHANGES:
            raise ChangedTooOften(most=MOST_CHANGES)


def _acts_for_themselves(leave: Leave) -> bool:
    if leave.permission in ONESELF:
        return True
    return leave.principal.is_client


def _orders_of(command: Command) -> tuple[Command, ...]:
    match command:
        case Together(commands=orders) | records.CreateRecords(records=orders):
            return orders
        case _:
            return (command,)


def refuse_outdated(principal: Principal, past: Past) -> None:
    """Refuse whoever is no longer what their token says: roles and links are those of the log.

    A user of whom the log says nothing was never given another role.
    """
    user = past.of(USER, principal.user_id)
    if user.status is UserStatus.NONE:
        return
    standing = (user.roles, user.professional_id, user.client_id, user.earlier_clients)
    said = (
        principal.roles,
        principal.professional_id,
        principal.client_id,
        principal.earlier_clients,
    )
    if user.status is not UserStatus.ACTIVE or standing != said:
        raise StandingChanged


def _refuse_override(order: Command, leave: Leave) -> None:
    """Only who may is let pass over hours, notice and horizon."""
    if getattr(order, "override", False) and not leave.principal.may(Permission.BOOKINGS_OVERRIDE):
        raise PermissionMissing(permission=Permission.BOOKINGS_OVERRIDE)


def _refuse_elsewhere(order: Command, leave: Leave) -> None:
    """What is another tenant's is not here; and one's own account is the only one that one has."""
    if getattr(order, "tenant_id", leave.principal.tenant_id) != leave.principal.tenant_id:
        raise NotFound
    if leave.permission in ONESELF and getattr(order, "user_id", None) != leave.principal.user_id:
        raise NotFound


def _refuse_others(order: Command, reach: Reach, leave: Leave, past: Past) -> None:
    """Refuse what only the business orders, or is ordered in its name by a client, and what names
    somebody else, or what is theirs. What is new is one's own as one is now, not as one was before.
    """
    if type(order) not in ORDERED_BY.get(str(reach.field), ()):
        raise PermissionMissing(permission=leave.permission)
    named: Any = {field: getattr(order, field, None) for field in order.__struct_fields__}
    own = str(reach.field)
    if own == "client_id" and not getattr(order, "by_client", True):
        raise PermissionMissing(permission=leave.permission)
    if own in named and not reach.is_oneself(named[own]):
        raise NotFound
    for field, thing in THINGS.items():
        if named.get(field) is not None:
            state = past.of(thing.aggregate, named[field])
            if state is not None and not reach.includes(**thing.whose(state)):
                raise thing.missing


def _kind_of(order: Any) -> Kind[Any] | None:
    """Return of which kind a record is that somebody orders something about."""
    return BY_ACTION.get(type(order)) or BY_NAME.get(getattr(order, "kind", ""))


def _refuse_others_record(
    kind: Kind[Any], order: Any, reach: Reach, leave: Leave, past: Past
) -> None:
    """Refuse what is about a record of another, or would make one theirs."""
    column = kind.own.get(str(reach.field))
    if column is None:
        raise PermissionMissing(permission=leave.permission)
    known, new = past.of(kind.aggregate, order.id).values, getattr(order, "values", None)
    if known is not None and getattr(known, column) not in reach.ids:
        raise kind.not_found
    if new is not None and not reach.is_oneself(getattr(new, column)):
        raise NotFound
