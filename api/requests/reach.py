"""How far a question reaches: for each read model, who sees all of its rows, and whose rows are one's
own. What is ordered is held against the log: `application/reach.py`.

A read model that is not in the table cannot be asked, and a page of a list has to be told within
what it is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, LiteralString, NamedTuple

import msgspec

from application.permissions import Permission, PermissionMissing, Principal, Reach
from domain.catalogue import KINDS
from domain.sales.tasks import TASKS
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
from projections.paging import Op, Where, Within
from projections.people.client_timeline import CLIENT_TIMELINE, EntryKind
from projections.people.client_visits import CLIENT_VISITS
from projections.people.clients import CLIENTS
from projections.read_model import ReadModel
from projections.sales.leads import LEADS
from projections.sales.submissions import SUBMISSIONS
from projections.scheduling.booked_slots import BOOKED_SLOTS
from projections.scheduling.bookings import BOOKINGS
from projections.scheduling.professional_contacts import PROFESSIONAL_CONTACTS
from projections.scheduling.professionals import PROFESSIONALS
from projections.scheduling.series import SERIES
from projections.scheduling.services import SERVICES
from projections.scheduling.time_blocks import TIME_BLOCKS

KEY: Final = "key"
PROFESSIONALS_OWN: Final = {"professional_id": "professional_id"}
VISITS_OWN: Final = {"client_id": "client_id", **PROFESSIONALS_OWN}


TAKING_PART: Final = """EXISTS (
    SELECT FROM live.inbox i WHERE i.tenant_id = r.tenant_id AND i.thread_id = r.thread_id
        AND i.member_id = ANY(%s) AND i.since < r.sequence
)"""
"""Of a message: that somebody takes part where it was said, and was there by then."""


class Rows(NamedTuple):
    """Who sees the rows of a read model: with this permission all of them, with its `own-…` those
    where one's id stands in a column. What is of a kind that `besides` names sees who may do that, and
    nobody else. What `follows` another thing, named in that column, sees who sees that: it is asked of the
    log (`application/files/owners.py`), and a list is one of such a thing; or of all, `as_whole`, for who has
    the permission for all; or of those that they are `taking_part` in, by this condition with their ids. What is
    said in fields `among_colleagues` is not for clients.
    """

    permission: str
    own: Mapping[str, str] = {}
    besides: Mapping[EntryKind, str] = {}
    follows: str | None = None
    as_whole: bool = False
    among_colleagues: tuple[str, ...] = ()
    taking_part: LiteralString | None = None


ROWS: Final[Mapping[str, Rows]] = {
    **{kind.many: Rows(kind.reading, kind.own) for kind in KINDS},
    PAYMENTS.name: Rows(Permission.PAYMENTS_READ, {"client_id": "client_id"}),
    FILES.name: Rows(Permission.FILES_READ, follows="owner_id"),
    LEADS.name: Rows(Permission.LEADS_READ),
    SUBMISSIONS.name: Rows(Permission.LEADS_READ),
    THREADS.name: Rows(
        Permission.THREADS_READ, follows="id", as_whole=True, among_colleagues=("labels",)
    ),
    INBOX.name: Rows(Permission.THREADS_READ, {"member_id": "member_id"}),
    SCHEDULED_ROWS.name: Rows(Permission.THREADS_READ, follows="thread_id", as_whole=True),
    MESSAGES.name: Rows(
        Permission.THREADS_READ, follows="thread_id", as_whole=True, taking_part=TAKING_PART
    ),
    TRAFFIC.name: Rows(Permission.THREADS_READ),
    CONFIGURATION_ROWS.name: Rows(Permission.CONFIGURATION_READ),
    TENANTS.name: Rows(Permission.TENANT_READ),
    ORIGINS.name: Rows(Permission.TENANT_READ),
    USERS.name: Rows(Permission.USERS_READ),
    PROFESSIONALS.name: Rows(Permission.PROFESSIONALS_READ),
    PROFESSIONAL_CONTACTS.name: Rows(Permission.CLIENTS_READ),
    SERVICES.name: Rows(Permission.SERVICES_READ),
    TIME_BLOCKS.name: Rows(Permission.BOOKINGS_READ, PROFESSIONALS_OWN),
    BOOKINGS.name: Rows(Permission.BOOKINGS_READ, VISITS_OWN),
    BOOKED_SLOTS.name: Rows(Permission.BOOKINGS_READ, PROFESSIONALS_OWN),
    SERIES.name: Rows(Permission.BOOKINGS_READ, VISITS_OWN),
    CLIENTS.name: Rows(Permission.CLIENTS_READ, {"client_id": KEY}),
    CLIENT_VISITS.name: Rows(Permission.BOOKINGS_READ, VISITS_OWN),
    CLIENT_TIMELINE.name: Rows(
        Permission.BOOKINGS_READ,
        VISITS_OWN,
        besides={
            EntryKind.NOTE: Permission.CLIENTS_READ,
            EntryKind.LEAD: Permission.LEADS_READ,
            EntryKind.TASK: TASKS.reading,
            EntryKind.FILE: Permission.CLIENTS_READ,
            EntryKind.PAYMENT: Permission.PAYMENTS_READ,
        },
    ),
}


@cache
def _whose(column: str) -> Callable[[bytes], Any]:
    """Return what reads of a row whose it is, and nothing else."""
    described = msgspec.defstruct("Whose", [("id", str | None, None)], rename={"id": column})
    return msgspec.json.Decoder(described).decode


def owner_in(model: ReadModel, document: bytes) -> str | None:
    """Return whose thing a row is, where who sees it follows from that."""
    column = ROWS[model.name].follows
    return None if column is None else _whose(column)(document).id


def as_shown(principal: Principal, model: ReadModel, document: bytes) -> bytes:
    """Return a row as somebody sees it: a client without what is said of them among colleagues."""
    hidden = ROWS[model.name].among_colleagues
    if not hidden or not principal.is_client:
        return document
    row = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({**row, **{name: _nothing(model, name) for name in hidden}})


def _nothing(model: ReadModel, field: str) -> Any:
    """Return what stands in a field of which nothing is said."""
    return next(each.default for each in msgspec.structs.fields(model.row) if each.name == field)


def within(principal: Principal, model: ReadModel, owners: Sequence[str] = ()) -> Within:
    """Return what a list of these rows is kept to: what follows a thing, to the `owners` that were looked
    at. Raises PermissionMissing when there is nothing.
    """
    if column := ROWS[model.name].follows:
        if ROWS[model.name].as_whole and principal.may(ROWS[model.name].permission):
            return Within()
        if not owners and (part := ROWS[model.name].taking_part) is not None:
            ids = principal.reach(ROWS[model.name].permission).ids
            return Within(((part, (ids,)),))
        if not owners:
            raise PermissionMissing(permission=ROWS[model.name].permission)
        return Within(where=(Where(column, Op.IS, [*owners]),))
    reach, column = _reach(principal, model)
    if reach.everything:
        return Within()
    besides = ROWS[model.name].besides
    if not besides:
        return Within(where=(Where(column, Op.IS, reach.ids),))
    shown = [kind for kind, permission in besides.items() if principal.may(permission)]
    hidden = [kind for kind in besides if kind not in shown]
    own = f"r.{column} = ANY(%s) AND r.kind <> ALL(%s)"
    return Within(((f"({own} OR r.kind = ANY(%s))", (reach.ids, hidden, shown)),))


def covers(principal: Principal, model: ReadModel, key: str, document: bytes | None) -> bool:
    """Whether there is a row, within reach; oneself always is. Raises PermissionMissing whether
    or not there is one.
    """
    if key == principal.user_id:
        return document is not None
    if ROWS[model.name].follows:
        principal.reach(ROWS[model.name].permission)
        return document is not None  # and its owner is looked at: see `Caller`
    reach, column = _reach(principal, model)
    if document is None or reach.everything:
        return document is not None
    found = key if column == KEY else _whose(column)(document).id
    return reach.includes(**{str(reach.field): found})


def whose_operations(principal: Principal, permission: str) -> str | None:
    """Return by whom long work has to have been started to be within reach: None for everybody's."""
    return None if principal.may(permission) else principal.user_id


def _reach(principal: Principal, model: ReadModel) -> tuple[Reach, str]:
    rows = ROWS[model.name]
    reach = principal.reach(rows.permission)
    column = rows.own.get(str(reach.field), "")
    if not reach.everything and not column:
        raise PermissionMissing(permission=rows.permission)
    return reach, column
