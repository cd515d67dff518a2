"""Fetches what people send with messages on other channels, and puts there what we send with ours.

What somebody sent is asked for under the name that it has there, by the account of the business; its bytes are looked at
as all that are sent to us, and are kept under an id that follows from the message: however often it is fetched,
and whoever died meanwhile, there is one file.
"""

from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from typing import Final
from uuid import uuid5

from application.business.configuration import Configured
from application.conversations.carrying import Ask
from application.conversations.enclosed.depositing import (
    Fetched,
    MediaGoneError,
    MediaTooLargeError,
)
from application.conversations.providers.carriers import Carriages
from application.files.keeping import Keeping, content_of
from application.files.store import StorageIsAway, StorageIsFull
from application.operations.jobs import (
    GivenUpError,
    Handled,
    Handlers,
    Job,
    NotTakenError,
    Skipped,
)
from application.ports import About, Answer
from application.processes.effects.conversations import FetchMedia
from application.scheduling.mails import History
from domain.conversations.messages import (
    MESSAGE,
    GiveUpMedia,
    MediaAwaited,
    TakeInMedia,
    is_wanted,
)
from domain.files import purposes
from domain.files.files import Content, Description
from domain.files.purposes import RULES, Purpose
from domain.messages import Command, DomainError
from domain.people.clients import ClientIsErased
from domain.values import FileId, MessageId, derived_id

MOST: Final = RULES[Purpose.ATTACHMENT].most_bytes
"""Bytes that are fetched."""

NOT_KEPT: Final = (purposes.FileIsEmpty, purposes.DrawingNotTaken, purposes.FileTypeNotTaken)


class DiffersError(NotTakenError):
    """It is not what was sent: something was lost on the way."""


class Fetching:
    """Handles the effect by which what somebody sent is fetched."""

    def __init__(
        self,
        ask: Ask,
        history: History,
        dispatch: Callable[[Command, About], Answer],
        configured: Configured,
        carriages: Carriages,
        keeping: Keeping,
    ) -> None:
        self._ask = ask
        self._history = history
        self._dispatch = dispatch
        self._configured = configured
        self._carriages = carriages
        self._keeping = keeping

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {FetchMedia: self.fetch}

    def fetch(self, effect: FetchMedia, job: Job) -> Handled:
        """Fetch it, if it still is wanted, and keep it; or record why it cannot be had."""
        awaited = self._awaited(effect, job)
        if awaited is None or awaited.media_id is None:
            return Skipped("nobody waits for it any more")
        try:
            return self._kept(awaited, awaited.media_id, job)
        except ClientIsErased:
            return Skipped("whose it was is not known any more")
        except MediaGoneError:
            return _given_up(effect, "gone")
        except MediaTooLargeError:
            return _given_up(effect, "file-too-large")
        except NOT_KEPT as refusal:
            return _given_up(effect, refusal.code)
        except (NotTakenError, StorageIsAway, StorageIsFull) as error:
            if job.is_last_attempt:
                raise GivenUpError("not fetched", _given_up(effect, _why(error))) from error
            raise

    def _awaited(self, effect: FetchMedia, job: Job) -> MediaAwaited | None:
        if not self._ask(job.tenant, lambda past: is_wanted(past.of(MESSAGE, effect.message_id))):
            return None
        history = self._history(job.tenant, effect.message_id)
        return next((p.event for p in history if isinstance(p.event, MediaAwaited)), None)

    def _kept(self, awaited: MediaAwaited, media_id: str, job: Job) -> Handled:
        carriage = self._carriages[awaited.channel]
        account = self._configured.values(job.tenant, carriage.account)
        if account is None or carriage.deposit is None:
            return _given_up(awaited, "no-account")
        fetched = carriage.deposit.fetch(account, media_id, MOST)
        _refuse_another(fetched, awaited.sha256)
        content = content_of(fetched.content, Purpose.ATTACHMENT)
        file_id = file_of(awaited.message_id)
        record = partial(self._recorded, awaited, file_id, content, job)
        self._keeping.receive(job.tenant, file_id, fetched.content, content, record)
        return None

    def _recorded(
        self, awaited: MediaAwaited, file_id: FileId, content: Content, job: Job
    ) -> Answer:
        file = Description(
            owner_id=awaited.message_id,
            purpose=Purpose.ATTACHMENT,
            content=content,
            name=awaited.name,
        )
        order = TakeInMedia(message_id=awaited.message_id, file_id=file_id, file=file)
        id_ = uuid5(job.id, f"fetched/{content.sha256}")
        about = About(tenant=job.tenant, actor="fetching", command_id=id_, retried=True)
        return self._dispatch(order, about)


def file_of(message_id: MessageId) -> FileId:
    """Name the file of what came with a message."""
    return FileId(derived_id("file", message_id, "media"))


def _refuse_another(fetched: Fetched, expected: str | None) -> None:
    found = sha256(fetched.content).hexdigest()
    told: Sequence[str | None] = (expected, fetched.sha256)
    if any(each not in (None, found) for each in told):
        raise DiffersError("it is not what was sent")


def _given_up(about: FetchMedia | MediaAwaited, reason: str) -> GiveUpMedia:
    return GiveUpMedia(message_id=about.message_id, reason=reason)


def _why(error: Exception) -> str:
    if isinstance(error, DomainError):
        return error.code
    return "differs" if isinstance(error, DiffersError) else "not-reached"
