"""Where a channel keeps files: what people sent lies there, and what is sent to them is put there first."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from application.files import store
from application.files.keeping import Keeping
from domain.conversations.approvals import TemplateStatus
from domain.conversations.channels import Channel
from domain.files.files import FileIsRefused, Status
from domain.values import FileId


class MessageRefusedError(Exception):
    """Whoever carries it does not take it, and would not later: they say so by this code. It may be that to them nothing
    can be said freely any more (`closed`); or that it is for its template, which may be otherwise (`stands`) than we
    know.
    """

    def __init__(
        self,
        code: str,
        *,
        closed: bool = False,
        of_template: bool = False,
        stands: TemplateStatus | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.closed = closed
        self.of_template = of_template
        self.stands = stands


class Fetched(NamedTuple):
    """What was fetched. `sha256`, in hexadecimal digits, is what they say of it, if they do."""

    content: bytes
    sha256: str | None


class Put(NamedTuple):
    """A file that is put there, for what is sent by a `number` of the business. Its bytes are read when they are asked
    for.
    """

    content: Callable[[], bytes]
    media_type: str
    name: str
    number: str | None = None


class MediaGoneError(Exception):
    """It is not there any more, or nobody there knows it."""


class MediaTooLargeError(Exception):
    """It has more bytes than are kept."""


class Deposit(Protocol):
    """Keeps files of a channel; see `adapters/whatsapp`."""

    def fetch(self, account: Any, media_id: str, most: int) -> Fetched:
        """Return what lies under a name. Raises MediaGoneError, MediaTooLargeError, NotTakenError where it is to be
        tried again.
        """

    def put(self, account: Any, file: Put) -> str:
        """Return under which name it lies there. Raises MessageRefusedError, NotTakenError."""


class Sent(NamedTuple):
    """A file that lies with whoever carries it: of which `kind` it is there, under which name, and what it is called
    for people.
    """

    kind: str
    media_id: str
    name: str


def lying(
    keeping: Keeping, tenant: str, file_id: FileId, channel: Channel, put: Callable[[Put], str]
) -> Sent | None:
    """Return a file as it lies there once it was `put`; None as long as it is being looked through. Raises
    MessageRefusedError, where nobody is given it.
    """
    file = keeping.state(tenant, file_id)
    if file.status is Status.UPLOADED:
        return None
    if not file.is_served or file.file is None:
        raise MessageRefusedError(FileIsRefused.code)
    content = file.file.content
    name = file.file.name or f"{file_id}.{content.media_type.ending}"
    key = store.private(tenant, file_id, content)
    media_id = put(Put(lambda: b"".join(keeping.bytes.read(key)), content.media_type, name))
    return Sent(channel.carries[content.media_type].kind, media_id, name)
