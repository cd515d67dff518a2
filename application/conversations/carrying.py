"""Hands what is said on other channels over to whoever carries it there, one after the other in each conversation.

Whether it still may be said, and to whom, is looked up at that moment. Once it was handed over, and nobody says
that they have it, it is uncertain: a person decides whether it is said again.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple, Protocol
from uuid import uuid5

from msgspec.structs import replace

from application.business.configuration import Configured
from application.conversations.enclosing import contents
from application.conversations.hearing import name_of
from application.files import store
from application.files.keeping import Keeping
from application.operations.jobs import (
    Dispatch,
    GivenUpError,
    Handled,
    Handlers,
    Job,
    Skipped,
    UncertainError,
    Unfinished,
)
from application.people.people import records
from application.ports import About, Clock
from application.processes.effects import CarryMessage
from application.scheduling.mails import History
from application.transact import Past
from domain.conversations.channels import CHANNELS, Part, parts_of
from domain.conversations.heard import RecordCarried
from domain.conversations.messages import (
    MESSAGE,
    Message,
    MessageEdited,
    MessagePosted,
    MessageStatus,
    RecordUpload,
    ReportMessage,
)
from domain.conversations.threads import THREAD
from domain.conversations.windows import WindowClosed, refuse_closed
from domain.files.files import Description, FileIsRefused, Status
from domain.messages import Command
from domain.people.clients import CLIENT
from domain.values import ClientId, FileId, IdentityId, MessageId

LOOKED_THROUGH: Final = 1.0
"""Seconds after which it is asked again whether a file has been."""

WAITING: Final = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCERTAIN)
"""What may be given: what is uncertain only if a person wants it again."""


class Fetched(NamedTuple):
    """What was fetched. `sha256`, in hexadecimal digits, is what they say of it, if they do."""

    content: bytes
    sha256: str | None


class Put(NamedTuple):
    """A file that is put there."""

    content: bytes
    media_type: str
    name: str


class MediaGoneError(Exception):
    """It is not there any more, or nobody there knows it."""


class MediaTooLargeError(Exception):
    """It has more bytes than are kept."""


class Deposit(Protocol):
    """Where a channel keeps files: what people sent lies there, and what is sent to them is put there first. See
    `adapters/whatsapp`.
    """

    def fetch(self, account: Any, media_id: str, most: int) -> Fetched:
        """Return what lies under a name. Raises MediaGoneError, MediaTooLargeError, NotTakenError where it is to be
        tried again.
        """

    def put(self, account: Any, file: Put) -> str:
        """Return under which name it lies there. Raises MessageRefusedError, NotTakenError."""


Ask = Callable[[str, Callable[[Past], Any]], Any]


class MessageRefusedError(Exception):
    """Whoever carries it does not take it, and would not later: they say so by this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Sent(NamedTuple):
    """A file that lies with whoever carries it: of which `kind` it is there, under which name, and what it is called
    for people.
    """

    kind: str
    media_id: str
    name: str


class Given(NamedTuple):
    """What is given to whoever carries it: `to` is what they call who is to read it, and `number` the business's by
    which that one wrote, if they wrote. It may be one `part` of several. With a `file`, the text is what is said of it.
    """

    message_id: MessageId
    to: str
    text: str | None
    number: str | None = None
    file: Sent | None = None
    part: int | None = None

    @property
    def called(self) -> str:
        """By what name of ours its receipts come."""
        return self.message_id if self.part is None else f"{self.message_id}/{self.part}"


class Carrier(Protocol):
    """Carries messages on a channel; see `adapters/whatsapp`."""

    def send(self, account: Any, given: Given, handing_over: Callable[[], None]) -> str:
        """Return what they call it. `handing_over` is called before they are given it. Raises
        MessageRefusedError, NotTakenError where it is to be tried again, UncertainError.
        """


class Carriage(NamedTuple):
    """Who carries what is said on a channel, where they keep files, if they do, and what of the business's
    configuration is their account there.
    """

    account: str
    carrier: Carrier
    deposit: Deposit | None = None


Carriages = Mapping[str, Carriage]
"""By the channel's name."""


class Carrying:
    """Handles the effect by which a message goes out."""

    def __init__(
        self,
        ask: Ask,
        history: History,
        dispatch: Dispatch,
        configured: Configured,
        carriages: Carriages,
        handing_over: Callable[[str], None],
        pepper: bytes,
        clock: Clock,
        *,
        keeping: Keeping,
    ) -> None:
        self._keeping = keeping
        self._ask = ask
        self._history = history
        self._dispatch = dispatch
        self._configured = configured
        self._carriages = carriages
        self._handing_over = handing_over
        self._pepper = pepper
        self._clock = clock

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {CarryMessage: self.carry}

    def carry(self, effect: CarryMessage, job: Job) -> Handled:
        """Hand a message, or a part of one, over to whoever carries it, if it still is to be said."""
        carriage = self._carriages[effect.channel]
        account = self._configured.values(job.tenant, carriage.account)
        if account is None:
            return Skipped("the business has no account there: somebody else carries it")
        said = self._said(effect, job)
        try:
            reader = self._ask(job.tenant, lambda past: _reader(effect, past))
        except WindowClosed:
            return self._failed(effect, "window-closed")
        if said is None or reader is None:
            return Skipped("it is not to be said any more")
        way = Way(effect, job, carriage, account)
        try:
            given = self._given(way, said, reader)
        except FileIsRefused:
            return self._failed(effect, FileIsRefused.code)
        except MessageRefusedError as refused:
            return self._failed(effect, refused.code)
        return self._handed(way, given) if given else Unfinished(LOOKED_THROUGH)

    def _given(self, way: "Way", said: MessagePosted, reader: "_Reader") -> Given | None:
        """Return what is given; None as long as its file is being looked through. Raises FileIsRefused,
        MessageRefusedError.
        """
        effect = way.effect
        part = self._part(way, said)
        one_of_several = effect.part if said.parts > 1 else None
        given = Given(effect.message_id, reader.to, part.text, reader.number, part=one_of_several)
        if part.file_id is None:
            return given
        file = self._keeping.state(way.job.tenant, part.file_id)
        if file.status is Status.UPLOADED:
            return None
        if not file.is_served or file.file is None:
            raise FileIsRefused(why=file.why)
        return given._replace(file=self._sent(way, part.file_id, file.file, reader))

    def _part(self, way: "Way", said: MessagePosted) -> Part:
        channel = CHANNELS[way.effect.channel]
        files = self._ask(way.job.tenant, lambda past: contents(said.files, past))
        return parts_of(channel, said.text, files)[way.effect.part]

    def _sent(self, way: "Way", file_id: FileId, file: Description, reader: "_Reader") -> Sent:
        """Return the file as it lies there; once it does, it is not put there again."""
        content = file.content
        name = file.name or f"{file_id}.{content.media_type.ending}"
        media_id = reader.message.handed_over.get(way.effect.part)
        if media_id is None:
            key = store.private(way.job.tenant, file_id, content)
            bytes_ = b"".join(self._keeping.bytes.read(key))
            assert way.carriage.deposit is not None, "files are only said where they are carried"
            media_id = way.carriage.deposit.put(way.account, Put(bytes_, content.media_type, name))
            order = RecordUpload(
                message_id=way.effect.message_id, part=way.effect.part, media_id=media_id
            )
            self._order(order, way.job, f"put/{media_id}")
        kind = CHANNELS[way.effect.channel].carries[content.media_type].kind
        return Sent(kind, media_id, name)

    def _handed(self, way: "Way", given: Given) -> Handled:
        effect, job = way.effect, way.job
        self._report(effect, job, MessageStatus.SENDING)
        send = partial(way.carriage.carrier.send, way.account, given)
        try:
            name = send(lambda: self._handing_over(str(job.id)))
        except MessageRefusedError as refused:
            return self._failed(effect, refused.code)
        except UncertainError:
            self._report(effect, job, MessageStatus.UNCERTAIN)
            raise
        except Exception as error:
            if job.is_last_attempt:
                raise GivenUpError("not sent", self._failed(effect, "not-taken")) from error
            raise
        return RecordCarried(
            heard_id=name_of(job.tenant, effect.channel, name, self._pepper),
            message_id=effect.message_id,
            at=self._clock(),
            part=effect.part,
        )

    def _said(self, effect: CarryMessage, job: Job) -> MessagePosted | None:
        """Return what was said, with its words as they are by now; None, where nobody knows it any more."""
        said = None
        for past in self._history(job.tenant, effect.message_id):
            match past.event:
                case MessagePosted():
                    said = past.event
                case MessageEdited(text=text):
                    said = said and replace(said, text=text)
                case _:
                    pass
        return said if said and (said.text is not None or said.files) else None

    def _failed(self, effect: CarryMessage, reason: str) -> ReportMessage:
        return ReportMessage(
            message_id=effect.message_id,
            status=MessageStatus.FAILED,
            at=self._clock(),
            reason=reason,
            part=effect.part,
        )

    def _report(self, effect: CarryMessage, job: Job, status: MessageStatus) -> None:
        order = ReportMessage(
            message_id=effect.message_id, status=status, at=self._clock(), part=effect.part
        )
        self._order(order, job, f"{status}/{job.attempt}")

    def _order(self, order: Command, job: Job, says: str) -> None:
        id_ = uuid5(job.id, says)
        self._dispatch(order, About(tenant=job.tenant, actor="carrying", command_id=id_))


class Way(NamedTuple):
    """By which order and whom something goes out."""

    effect: CarryMessage
    job: Job
    carriage: Carriage
    account: Any


class _Reader(NamedTuple):
    """Who is to read it, as they are called on the channel, and by which of the business's numbers they wrote; and the
    message, as it is by now.
    """

    to: str
    number: str
    message: Message


def _reader(effect: CarryMessage, past: Past) -> _Reader | None:
    """Return who is to read it, if it still is to be said. Raises WindowClosed."""
    message, thread = past.of(MESSAGE, effect.message_id), past.of(THREAD, effect.thread_id)
    progress = message.progress_of(effect.part)
    failed = message.status is MessageStatus.FAILED
    if message.deleted or failed or progress.status not in WAITING or thread.client_id is None:
        return None
    refuse_closed(CHANNELS[effect.channel], thread.lines, now=past.now)
    line = thread.lines[-1]
    to = _called(thread.client_id, line.identity_id, past)
    return _Reader(to, line.number, message) if to else None


def _called(client_id: ClientId, identity_id: IdentityId, past: Past) -> str | None:
    known = (past.of(CLIENT, each).channels for each in records(past, client_id))
    ids = (each.id for channels in known for each in channels if each.identity_id == identity_id)
    return next(ids, None)
