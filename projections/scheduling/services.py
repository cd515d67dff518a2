"""What can be booked here, for how much, from whom?"""

from typing import Any, Final, assert_never

from msgspec.structs import asdict, replace
from psycopg import Connection

from domain.messages import Value
from domain.scheduling.services import (
    ServiceChanged,
    ServiceCreated,
    ServiceEvent,
    ServiceRemoved,
    ServiceRestored,
)
from domain.values import Money, ProfessionalId, ServiceId
from projections.read_model import ReadModel, Row


class ListedService(Row, frozen=True, kw_only=True):
    """No `professional_ids`: everybody offers it. Not `active`: it was removed."""

    id: ServiceId
    name: str
    category: str | None
    price: Money | None
    duration_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    professional_ids: tuple[ProfessionalId, ...]
    active: bool


class Category(Value, frozen=True, kw_only=True):
    """`name` is None for services in no category."""

    name: str | None
    services: int


def categories(
    connection: Connection[Any], tenant: str, *, after: str | None, limit: int
) -> list[Category]:
    """Return so many categories of what is offered behind a name, by name, and how many services each
    has; what is in none comes last.
    """
    values = {"tenant": tenant, "after": after or "", "limit": limit}
    found = connection.execute(CATEGORIES, values).fetchall()
    return [Category(name=name, services=services) for name, services in found]


def offered_by(professional: ProfessionalId) -> tuple[str, list[list[str]]]:
    """Return the condition, in SQL with its values, that this professional offers a service."""
    named = "(r.document -> 'professional_ids')::jsonb"
    return f"({named} = '[]' OR {named} ?| %s::text[])", [[professional]]


CATEGORIES: Final = """
    (
        SELECT category, count(*) FROM live.services
        WHERE tenant_id = %(tenant)s AND active AND category > %(after)s
        GROUP BY category ORDER BY category LIMIT %(limit)s
    ) UNION ALL (
        SELECT NULL, count(*) FROM live.services
        WHERE tenant_id = %(tenant)s AND active AND category IS NULL HAVING count(*) > 0
    ) LIMIT %(limit)s
"""


def _evolve(row: ListedService | None, event: ServiceEvent) -> ListedService | None:
    match event:
        case ServiceCreated(service_id=service, offer=offer):
            return ListedService(id=service, active=True, **asdict(offer))
        case ServiceChanged(offer=offer):
            return row and replace(row, **asdict(offer))
        case ServiceRemoved():
            return row and replace(row, active=False)
        case ServiceRestored():
            return row and replace(row, active=True)
        case _:
            assert_never(event)


SERVICES = ReadModel(
    name="services",
    version=1,
    row=ListedService,
    subscribes_to=(ServiceCreated, ServiceChanged, ServiceRemoved, ServiceRestored),
    key=lambda event: [event.service_id],
    evolve=_evolve,
    columns=("category", "name", "active"),
    indexes=(("name",), ("category", "name")),
    owner="service",
)
