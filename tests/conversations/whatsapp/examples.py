"""One example of each message about what is sent with messages; a test states only what differs."""

from typing import Final

from domain.conversations.media import MediaKind
from domain.conversations.messages import (
    FileHandedOver,
    GiveUpMedia,
    MediaAwaited,
    MediaFailed,
    MediaFetched,
    MessageStatus,
    PartReported,
    RecordUpload,
    TakeInMedia,
)
from domain.files.files import Content, Description
from domain.files.purposes import MediaType, Purpose
from domain.values import FileId
from tests.conversations.threads.examples import later, message_id, thread_id

file_id: Final = FileId("file-0198c0de-0000-7000-8000-000000000021")
paper: Final = Description(
    owner_id=message_id,
    purpose=Purpose.ATTACHMENT,
    content=Content(media_type=MediaType.PDF, size=10_000, sha256="b2" * 32),
    name="Ordonnance.pdf",
)

take_in_media: Final = TakeInMedia(message_id=message_id, file_id=file_id, file=paper)
give_up_media: Final = GiveUpMedia(message_id=message_id, reason="gone")
record_upload: Final = RecordUpload(message_id=message_id, part=1, media_id="65463453")

part_reported: Final = PartReported(
    message_id=message_id, thread_id=thread_id, part=1, status=MessageStatus.SENT, at=later
)
file_handed_over: Final = FileHandedOver(
    message_id=message_id, thread_id=thread_id, part=1, media_id="65463453"
)
media_awaited: Final = MediaAwaited(
    message_id=message_id,
    thread_id=thread_id,
    kind=MediaKind.DOCUMENT,
    channel="whatsapp",
    number="106540352242922",
    sha256="b2" * 32,
    media_id="65463453",
    name="Ordonnance.pdf",
)
media_fetched: Final = MediaFetched(message_id=message_id, thread_id=thread_id, file_id=file_id)
media_failed: Final = MediaFailed(message_id=message_id, thread_id=thread_id, reason="gone")
