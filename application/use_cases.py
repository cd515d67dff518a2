"""Every command and its use case: what can be done."""

from collections.abc import Mapping
from typing import Any, Final

from application import records
from application.business import configuration, tenants, users
from application.conversations import (
    amending,
    carried,
    hearing,
    moving,
    reaching,
    reviewing,
    saying,
    scheduled,
    threads,
)
from application.conversations.enclosed import enclosing
from application.conversations.providers import preferring
from application.files import files
from application.money import payments
from application.people import clients, consents
from application.sales import (
    assignment,
    done,
    inviting,
    leads,
    merging,
    pipeline,
    submissions,
)
from application.sales.imports import taking_in
from application.scheduling import (
    agendas,
    allowances,
    answering,
    booking_mails,
    bookings,
    professionals,
    series,
    services,
    telling,
    time_blocks,
)
from application.transact import UseCase
from domain.messages import Command

USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    **tenants.USE_CASES,
    **users.USE_CASES,
    **configuration.USE_CASES,
    **professionals.USE_CASES,
    **time_blocks.USE_CASES,
    **services.USE_CASES,
    **clients.USE_CASES,
    **consents.USE_CASES,
    **agendas.USE_CASES,
    **allowances.USE_CASES,
    **bookings.USE_CASES,
    **booking_mails.USE_CASES,
    **telling.USE_CASES,
    **answering.USE_CASES,
    **series.USE_CASES,
    **leads.USE_CASES,
    **merging.USE_CASES,
    **submissions.USE_CASES,
    **assignment.USE_CASES,
    **pipeline.USE_CASES,
    **inviting.USE_CASES,
    **taking_in.USE_CASES,
    **threads.USE_CASES,
    **saying.USE_CASES,
    **enclosing.USE_CASES,
    **scheduled.USE_CASES,
    **hearing.USE_CASES,
    **amending.USE_CASES,
    **moving.USE_CASES,
    **preferring.USE_CASES,
    **carried.USE_CASES,
    **reaching.USE_CASES,
    **reviewing.USE_CASES,
    **files.USE_CASES,
    **payments.USE_CASES,
    **records.USE_CASES,
    **done.USE_CASES,
}
