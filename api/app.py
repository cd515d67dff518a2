"""The HTTP application: its routers, its failures, its edge."""

from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, FastAPI

from api import records
from api.backend import Backend
from api.business import auth, configuration, public, tenants, users, webhooks
from api.compat import (
    CALLED,
    beauty,
    calendar,
    conversing,
    prospecting,
    setter,
    tasks,
    whatsapp,
    winning,
)
from api.compat import live as old_live
from api.compat import realtime as old_realtime
from api.conversations import (
    company,
    hearing,
    messages,
    reviewing,
    scheduled,
    threads,
    traffic,
)
from api.feed import routes as feed
from api.feed import socket
from api.feed.hub import Hub
from api.files import contents, files, portraits
from api.money import payments, practice
from api.openapi.questions import asked_of
from api.openapi.served import describe
from api.operations import (
    history,
    inbound,
    jobs,
    limits,
    long_operations,
    outbox,
    read_models,
    receipts,
    status,
    what_if,
)
from api.people import clients, consents, identities
from api.problems import pages
from api.problems.documents import answer_with_problems
from api.realtime import routes as realtime
from api.realtime import socket as pusher
from api.realtime.rooms import Rooms
from api.sales import (
    activities,
    analytics,
    assignment,
    forms,
    icps,
    imports,
    invitations,
    leads,
    pipeline,
    scoring,
    submissions,
)
from api.sales import pages as form_pages
from api.scheduling import (
    availability,
    booking_imports,
    bookings,
    client_limits,
    guest_bookings,
    holds,
    live,
    professionals,
    series,
    services,
    time_blocks,
)
from api.web.edge import Edge

# Routes are searched in order: what is asked most comes first.
ROUTERS: Final[tuple[APIRouter, ...]] = (
    bookings.router,
    booking_imports.router,
    availability.router,
    holds.router,
    series.router,
    professionals.router,
    time_blocks.router,
    services.router,
    clients.router,
    identities.router,
    consents.router,
    leads.router,
    activities.router,
    pipeline.router,
    invitations.router,
    forms.router,
    forms.templates_router,
    submissions.router,
    form_pages.router,
    imports.router,
    scoring.router,
    scoring.lead_router,
    assignment.router,
    icps.router,
    analytics.router,
    threads.router,
    threads.inbox,
    messages.router,
    hearing.router,
    company.router,
    scheduled.router,
    traffic.router,
    reviewing.router,
    payments.router,
    practice.router,
    files.router,
    contents.router,
    portraits.router,
    users.router,
    tenants.router,
    public.router,
    guest_bookings.router,
    invitations.public_router,
    configuration.router,
    webhooks.polling,
    webhooks.router,
    client_limits.router,
    outbox.router,
    inbound.router,
    jobs.router,
    long_operations.router,
    what_if.router,
    receipts.router,
    read_models.router,
    limits.router,
    history.router,
    live.router,
    feed.router,
    socket.router,
    realtime.router,
    pusher.router,
    old_live.router,
    *records.ROUTERS,
    auth.router,
    auth.old_router,
    status.router,
    status.metrics_router,
    pages.router,
    *beauty.ROUTERS,
    *setter.ROUTERS,
    *calendar.ROUTERS,
    *tasks.ROUTERS,
    *winning.ROUTERS,
    *conversing.ROUTERS,
    *whatsapp.ROUTERS,
    *old_realtime.ROUTERS,
    *prospecting.ROUTERS,
    *records.OLD_ROUTERS,
    configuration.old_router,
)


VERSION: Final = version("frontdesk")
"""What is installed, which is read from a file."""


def create_app(backend: Backend, routers: tuple[APIRouter, ...] = ROUTERS) -> FastAPI:
    """Make the application that answers for this backend."""
    app = FastAPI(
        title="frontdesk",
        version=VERSION,
        summary="Bookings, clients, leads, conversations and what a business keeps, as one history of events.",
        separate_input_output_schemas=False,
        redirect_slashes=False,
    )
    app.state.backend = backend
    app.state.hub = Hub(backend)
    app.state.rooms = Rooms(backend.attending)
    app.state.asked = asked_of
    describe(app, CALLED)
    for router in routers:
        # Not `include_router`: a router inside a router is searched twice, at 160 µs a request.
        app.router.routes.extend(router.routes)
    answer_with_problems(app)
    app.add_middleware(Edge, backend=backend)
    return app
