"""The outbox: where mails are put, to be read, when no mail server is configured."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.scheduling.mails import Message
from domain.messages import Missing


class OutboxMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that was not sent, as it would have been. `number` rises with every one."""

    id: UUID
    number: int
    sent_at: datetime
    mail: Message


class OutboxMailNotFound(Missing):
    """There is no such mail in the outbox."""


class Outbox(Protocol):
    """What was put there, newest first."""

    def find(
        self,
        tenant: str,
        *,
        about: str | None = None,
        to: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> Sequence[OutboxMail]:
        """Return mails; a page goes on `before` the number that ended the last one."""

    def get(self, tenant: str, mail_id: UUID) -> OutboxMail:
        """Return one mail. Raises OutboxMailNotFound."""
