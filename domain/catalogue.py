"""Every event under its permanent name. A name is for ever: history is full of it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from domain import records
from domain.business import configuration, tenants, users
from domain.business.announcements import ANNOUNCEMENTS
from domain.business.departments import DEPARTMENTS
from domain.business.webhooks import WEBHOOKS
from domain.conversations import heard, messages, reviews, scheduled, threads
from domain.conversations.templates import TEMPLATES
from domain.files import files, portraits
from domain.messages import Event, StreamErased
from domain.money import payments
from domain.money.products import PRODUCTS
from domain.money.taxes import TAXES
from domain.people import clients, identities
from domain.records import Kind
from domain.sales import assignment, caseloads, leads, scores, submissions
from domain.sales.forms import FORM_TEMPLATES, FORMS
from domain.sales.icps import ICPS
from domain.sales.stages import STAGES
from domain.sales.tasks import TASKS
from domain.scheduling import (
    agendas,
    allowances,
    bookings,
    professionals,
    series,
    services,
    time_blocks,
)
from domain.telling import NOT_TOLD, Tellings

AREAS: Final = (
    tenants,
    users,
    professionals,
    time_blocks,
    services,
    clients,
    identities,
    agendas,
    allowances,
    bookings,
    series,
    files,
    portraits,
    configuration,
    leads,
    scores,
    submissions,
    assignment,
    caseloads,
    threads,
    messages,
    scheduled,
    heard,
    reviews,
    payments,
    records,
)
KINDS: Final[tuple[Kind[Any], ...]] = (
    DEPARTMENTS,
    TAXES,
    PRODUCTS,
    TASKS,
    FORMS,
    FORM_TEMPLATES,
    STAGES,
    ICPS,
    TEMPLATES,
    WEBHOOKS,
    ANNOUNCEMENTS,
)
"""Every kind of record."""

BY_NAME: Final[Mapping[str, Kind[Any]]] = {kind.one: kind for kind in KINDS}

OF_EVERY_STREAM: Final[Mapping[str, type[Event]]] = {"stream-erased.v1": StreamErased}
"""What can happen to a stream, whatever it is about."""

NOT_RECORDED_YET: Final[frozenset[str]] = frozenset()
"""Names that this release reads and does not record: it is deployed everywhere first, and the next one
takes the name from here. See `infra/runbooks/deploy.md`.
"""


def each_once(tables: Iterable[Mapping[str, type[Event]]]) -> Mapping[str, type[Event]]:
    """Return all of these tables as one. Raises ValueError where two say something of one name."""
    found: dict[str, type[Event]] = {}
    for table in tables:
        if twice := found.keys() & table.keys():
            raise ValueError(f"two kinds of events would be stored as {', '.join(sorted(twice))}")
        found.update(table)
    return found


EVENTS: Final = each_once(
    (
        *(area.STORED_AS for area in AREAS),
        *(kind.events for kind in KINDS),
        OF_EVERY_STREAM,
    )
)

TOLD_AS: Final[Tellings] = {
    **{event: telling for area in AREAS for event, telling in area.TOLD_AS.items()},
    **{event: telling for kind in KINDS for event, telling in kind.told_as.items()},
    StreamErased: NOT_TOLD,
}
"""How others are told of each, if at all."""
