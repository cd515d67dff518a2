"""The HTTP application: its routers, its failures, its edge."""

from typing import Final

from fastapi import APIRouter, FastAPI

from api import bookings, clients, holds, services
from api.backend import Backend
from api.edge import Edge
from api.problems import answer_with_problems

ROUTERS: Final[tuple[APIRouter, ...]] = (
    services.router,
    clients.router,
    bookings.router,
    holds.router,
)


def create_app(backend: Backend, routers: tuple[APIRouter, ...] = ROUTERS) -> FastAPI:
    """Make the application that answers for this backend."""
    app = FastAPI(
        title="frontdesk",
        version="1.0.0",
        summary="Bookings, clients, leads, conversations and payments, as one history of events.",
        separate_input_output_schemas=False,
        redirect_slashes=False,
    )
    app.state.backend = backend
    for router in routers:
        app.include_router(router)
    answer_with_problems(app)
    app.add_middleware(Edge, backend=backend)
    return app
