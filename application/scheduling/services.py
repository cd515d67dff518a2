"""Use cases of the service catalogue: each concerns one service."""

from collections.abc import Mapping
from typing import Any, Final

from application.transact import Changes, Past, UseCase
from domain.messages import Command
from domain.scheduling import services
from domain.scheduling.services import SERVICE


def create(command: services.CreateService, past: Past) -> Changes:
    service = past.of(SERVICE, command.service_id)
    return {command.service_id: services.create(command, service)}


def change(command: services.ChangeService, past: Past) -> Changes:
    service = past.of(SERVICE, command.service_id)
    return {command.service_id: services.change(command, service)}


def remove(command: services.RemoveService, past: Past) -> Changes:
    service = past.of(SERVICE, command.service_id)
    return {command.service_id: services.remove(command, service)}


def restore(command: services.RestoreService, past: Past) -> Changes:
    service = past.of(SERVICE, command.service_id)
    return {command.service_id: services.restore(command, service)}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    services.CreateService: create,
    services.ChangeService: change,
    services.RemoveService: remove,
    services.RestoreService: restore,
}
