"""Use cases of professionals: each concerns one of them."""

from collections.abc import Mapping
from typing import Any, Final

from application.transact import Changes, Past, UseCase
from domain.messages import Command
from domain.scheduling import professionals
from domain.scheduling.professionals import PROFESSIONAL


def register(command: professionals.RegisterProfessional, past: Past) -> Changes:
    professional = past.of(PROFESSIONAL, command.professional_id)
    return {command.professional_id: professionals.register(command, professional)}


def rename(command: professionals.RenameProfessional, past: Past) -> Changes:
    professional = past.of(PROFESSIONAL, command.professional_id)
    return {command.professional_id: professionals.rename(command, professional)}


def change_contact(command: professionals.ChangeProfessionalContact, past: Past) -> Changes:
    professional = past.of(PROFESSIONAL, command.professional_id)
    return {command.professional_id: professionals.change_contact(command, professional)}


def change_settings(command: professionals.ChangeProfessionalSettings, past: Past) -> Changes:
    professional = past.of(PROFESSIONAL, command.professional_id)
    return {command.professional_id: professionals.change_settings(command, professional)}


def open_for_booking(command: professionals.OpenForBooking, past: Past) -> Changes:
    professional = past.of(PROFESSIONAL, command.professional_id)
    return {command.professional_id: professionals.open_for_booking(command, professional)}


def close_for_booking(command: professionals.CloseForBooking, past: Past) -> Changes:
    professional = past.of(PROFESSIONAL, command.professional_id)
    return {command.professional_id: professionals.close_for_booking(command, professional)}


def retire(command: professionals.RetireProfessional, past: Past) -> Changes:
    professional = past.of(PROFESSIONAL, command.professional_id)
    return {command.professional_id: professionals.retire(command, professional)}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    professionals.RegisterProfessional: register,
    professionals.RenameProfessional: rename,
    professionals.ChangeProfessionalContact: change_contact,
    professionals.ChangeProfessionalSettings: change_settings,
    professionals.OpenForBooking: open_for_booking,
    professionals.CloseForBooking: close_for_booking,
    professionals.RetireProfessional: retire,
}
