"""A call that was kept is understood: the commands that follow from it are carried out.

The id of each command follows from the call and from what the command says. So whoever begins again, after
a crash half-way, by another release or because an operator asked for it, does nothing twice.
"""

import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID, uuid5

import msgspec

from application.inbound.arrivals import text_in
from application.inbound.providers import Provider, Received, nobody
from application.inbound.receipts import Keeping, ReceiptState, Understood
from application.operations.jobs import Handled, Handlers, Job, Skipped
from application.ports import About, Answer
from application.processes.effects.operations import UnderstandCall
from application.refusals import NotNow
from domain.messages import Command, DomainError

LONGEST_TYPE: Final = 100


class Carry(Protocol):
    """Carries a command out."""

    def __call__(self, command: Command, about: About) -> Answer:
        """Return what was recorded. Raises DomainError."""


def understanding(keeping: Keeping, providers: Mapping[str, Provider], carry: Carry) -> Handlers:
    """Let calls be understood that were kept."""

    def understand(effect: UnderstandCall, job: Job) -> Handled:
        received = keeping.waiting(job.tenant, effect.receipt_id)
        if received is None:
            return Skipped("it does not wait any more")
        keeping.settle(received, _understood(received, providers.get(received.provider), carry))
        return None

    return {UnderstandCall: understand}


def _understood(received: Received, provider: Provider | None, carry: Carry) -> Understood:
    type_ = _type_of(received, provider.type_in) if provider else None
    understand = provider.understand if provider else nobody
    try:
        commands = understand(received)
    except Exception as error:  # noqa: BLE001 - whatever it is, the call is there, and may be replayed
        return Understood(ReceiptState.PARKED, type_, _where(error))
    if commands is None:
        return Understood(ReceiptState.NOT_UNDERSTOOD_YET, type_)
    outcome, about = _carried_out(commands, received, carry)
    return Understood(ReceiptState.UNDERSTOOD, type_, outcome, about)


def _carried_out(
    commands: Sequence[Command], received: Received, carry: Carry
) -> tuple[str, Sequence[str]]:
    """Carry them out in their order; return how many were and what was refused, and where something was
    recorded. A refusal is an answer; who was merely too late is tried again with all of it.
    """
    said: Counter[str] = Counter()
    about: dict[str, None] = {}
    for command in commands:
        try:
            answer = carry(command, _about(command, received))
        except NotNow:
            raise
        except DomainError as refusal:
            said[f"refused: {refusal.code}"] += 1
        else:
            said["carried out"] += 1
            about |= dict.fromkeys(past.stream for past in answer.recorded)
    return ", ".join(f"{number} {what}" for what, number in said.items()), list(about)


def _about(command: Command, received: Received) -> About:
    says = f"{type(command).__name__}/{msgspec.json.encode(command).decode()}"
    return About(
        tenant=received.tenant,
        actor=f"provider/{received.provider}",
        command_id=uuid5(UUID(received.id.partition("-")[2]), says),
        retried=True,
        correlation=received.id,
    )


def _type_of(received: Received, field: str) -> str | None:
    """Return what the provider calls such calls, as far as that is a name."""
    found = text_in(received.arrival.body, field)
    is_name = found and len(found) <= LONGEST_TYPE and found.isascii() and found.isprintable()
    return found if is_name else None


def _where(error: Exception) -> str:
    """Say what failed where, and not at what: that may be somebody's name."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(at.filename).name}, line {at.lineno}"
