"""Whose a file is: whose that is which it is of. Who sees that thing sees its files, and who may change it
may add to them; for everybody else there is neither.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from application.conversations.reach import is_message_seen
from application.people import people
from application.permissions import Permission, PermissionMissing, Principal
from application.things import THINGS, Ids, by
from application.transact import Past
from domain.aggregate import Aggregate
from domain.business.tenants import TENANT
from domain.business.users import USER
from domain.catalogue import KINDS
from domain.conversations.messages import MESSAGE
from domain.files import files
from domain.files.files import FILE, FileNotFound
from domain.messages import Command, Forbidden, Missing
from domain.people.clients import CLIENT, refuse_unknown
from domain.records import Kind, Record
from domain.sales.submissions import SUBMISSION, is_there
from domain.scheduling.professionals import PROFESSIONAL
from domain.scheduling.professionals import Status as Working
from domain.scheduling.services import SERVICE
from domain.values import ClientId, kind_of


class OwnerNotFound(Missing):
    """There is nothing here by this id of which files are kept."""


class SentWithMessage(Forbidden):
    """What was sent with a message is changed with it: delete the message, and it is gone."""


class Owner(NamedTuple):
    """A kind of thing that may have files; `whose` is told by its id and its state, None where there is
    no such thing, or none that may have more.
    """

    aggregate: Aggregate[Any, Any]
    whose: Callable[[str, Any], Ids | None]
    reading: str
    writing: str


def _of_thing(field: str, reading: Permission, writing: Permission) -> Owner:
    thing = THINGS[field]
    return Owner(thing.aggregate, lambda _, state: state and thing.whose(state), reading, writing)


def _of_record(kind: Kind[Any]) -> Owner:
    def whose(_: str, record: Record[Any]) -> Ids | None:
        if record.values is None or not record.active:
            return None
        return {field: getattr(record.values, column) for field, column in kind.own.items()}

    return Owner(kind.aggregate, whose, kind.reading, kind.writing)


NOBODYS: Final = by()
OWNERS: Final[Mapping[str, Owner]] = {
    "tenant": Owner(
        TENANT,
        lambda _, state: NOBODYS if state.business else None,
        Permission.TENANT_READ,
        Permission.TENANT_MANAGE,
    ),
    "user": Owner(
        USER,
        lambda _, state: NOBODYS if state.exists else None,
        Permission.USERS_READ,
        Permission.USERS_MANAGE,
    ),
    "professional": Owner(
        PROFESSIONAL,
        lambda id_, state: by(None, id_) if state.status is not Working.NONE else None,
        Permission.PROFESSIONALS_READ,
        Permission.PROFESSIONALS_WRITE,
    ),
    "service": Owner(
        SERVICE,
        lambda _, state: NOBODYS if state.exists else None,
        Permission.SERVICES_READ,
        Permission.SERVICES_WRITE,
    ),
    "client": Owner(
        CLIENT,
        lambda id_, state: by(id_) if state.exists and not state.erased else None,
        Permission.CLIENTS_READ,
        Permission.CLIENTS_WRITE,
    ),
    "booking": _of_thing("booking_id", Permission.BOOKINGS_READ, Permission.BOOKINGS_WRITE),
    "series": _of_thing("series_id", Permission.BOOKINGS_READ, Permission.BOOKINGS_WRITE),
    "submission": Owner(
        SUBMISSION,
        lambda _, state: NOBODYS if is_there(state) else None,
        Permission.LEADS_READ,
        Permission.LEADS_WRITE,
    ),
    **{kind.one: _of_record(kind) for kind in KINDS},
}
"""Of what files are kept, by the kind of its id."""

ORDERS: Final = (
    files.AnnounceFile,
    files.UploadFile,
    files.CompleteUpload,
    files.PublishFile,
    files.WithdrawFile,
    files.RemoveFile,
    files.RestoreFile,
)
"""What people order of files."""


def refuse_beyond_owner(order: Command, principal: Principal, past: Past) -> None:
    """Refuse what is about a file of something that they may not change. Raises FileNotFound,
    OwnerNotFound, PermissionMissing, ClientIsMerged.
    """
    described = getattr(order, "file", None)
    if described is None:
        refuse_file(principal, getattr(order, "file_id", ""), past)
    else:
        refuse_new(principal, described.owner_id, past)


def refuse_file(principal: Principal, file_id: str, past: Past) -> None:
    """Raise FileNotFound where they see no such file, PermissionMissing where that is all they may."""
    described = past.of(FILE, file_id).file
    if described is None or not is_seen(principal, described.owner_id, past):
        raise FileNotFound
    refuse_unchangeable(principal, described.owner_id, past)


def refuse_new(principal: Principal, owner_id: str, past: Past) -> None:
    """Refuse one more file of a thing. Raises what `refuse_unchangeable` raises, and ClientIsMerged: what
    is new is of who stands for them.
    """
    refuse_unchangeable(principal, owner_id, past)
    if kind_of(owner_id) == CLIENT.kind:
        refuse_unknown(past.of(CLIENT, ClientId(owner_id)))


def refuse_unchangeable(principal: Principal, owner_id: str, past: Past) -> None:
    """Raise OwnerNotFound where they see no such thing, PermissionMissing where that is all they may, and
    SentWithMessage.
    """
    if not is_seen(principal, owner_id, past):
        raise OwnerNotFound
    if kind_of(owner_id) == MESSAGE.kind:
        raise SentWithMessage
    owner = OWNERS[kind_of(owner_id)]
    if owner_id != principal.user_id and not _reaches(principal, owner.writing, owner_id, past):
        raise PermissionMissing(permission=owner.writing)


def is_seen(principal: Principal, owner_id: str, past: Past) -> bool:
    """Whether there is such a thing, and they see it; oneself one always does."""
    if kind_of(owner_id) == MESSAGE.kind:
        return is_message_seen(owner_id, principal, past)
    owner = OWNERS.get(kind_of(owner_id))
    if owner is None or owner.whose(owner_id, past.of(owner.aggregate, owner_id)) is None:
        return False
    return owner_id == principal.user_id or _reaches(principal, owner.reading, owner_id, past)


def same_as(owner_id: str, past: Past) -> tuple[str, ...]:
    """Return what is the same thing: a client may have several records."""
    if kind_of(owner_id) != CLIENT.kind:
        return (owner_id,)
    return people.records(past, ClientId(owner_id))


def _reaches(principal: Principal, permission: str, owner_id: str, past: Past) -> bool:
    owner = OWNERS[kind_of(owner_id)]
    try:
        reach = principal.reach(permission)
    except PermissionMissing:
        return False
    return reach.includes(**owner.whose(owner_id, past.of(owner.aggregate, owner_id)) or {})
