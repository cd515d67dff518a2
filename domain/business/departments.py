"""Departments: who of those who work here belongs together, for others to turn to."""

from typing import Annotated, Final

from domain.business.users import USER, Role, User, UserIsDeactivated, UserNotFound, UserStatus
from domain.fields import Held, Line, Text
from domain.messages import Value
from domain.records import Kind, Reference, StoredAs, Unique
from domain.values import UserId


class Department(Value, frozen=True, kw_only=True):
    name: Line
    description: Text | None = None
    user_ids: Annotated[tuple[UserId, ...], Held(max_length=200)] = ()


def refuse_unless_here(user: User) -> None:
    if user.status is UserStatus.NONE:
        raise UserNotFound
    if user.status is not UserStatus.ACTIVE:
        raise UserIsDeactivated


MEMBERS: Final = Reference(
    aggregate=USER, refuse=refuse_unless_here, refusals=(UserNotFound, UserIsDeactivated)
)
DEPARTMENTS: Final = Kind(
    one="department",
    many="departments",
    french="Département",
    values=Department,
    examples=(
        Department(name="Accueil", description="Qui répond au téléphone"),
        Department(name="Comptabilité"),
    ),
    stored_as=StoredAs(
        created="department-created.v1",
        changed="department-changed.v1",
        removed="department-removed.v1",
        restored="department-restored.v1",
        purged="department-purged.v1",
    ),
    columns=("name",),
    unique=(Unique(fields=("name",)),),
    refers_to={"user_ids": MEMBERS},
    writers=frozenset({Role.OWNER}),
    readers=frozenset(Role) - {Role.CLIENT},
    old_path="/admin/departments",
)
