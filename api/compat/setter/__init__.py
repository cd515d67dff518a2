"""The paths of the appointment setter: bookings, clients and users in camelCase, lists by number."""

from typing import Final

from fastapi import APIRouter

from api.compat.setter import bookings, clients, files, general, users

ROUTERS: Final[tuple[APIRouter, ...]] = (
    bookings.router,
    clients.router,
    users.router,
    files.router,
    files.profiles,
    general.router,
    general.old_health,
    general.old_status,
)
