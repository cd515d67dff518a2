"""Files that are sent with a message: until then they are the author's own, and from then on whoever sees the
message has them, and nobody else. What comes with one on another channel is of it from the first.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from application.conversations.taking_part import logins_of
from application.files.files import remove
from application.people.people import survivor
from application.transact import Changes, Past, UseCase, one_by_one
from domain.conversations import messages
from domain.conversations.messages import MESSAGE, Message, MessagePosted
from domain.conversations.threads import THREAD, Thread
from domain.files import files
from domain.files.files import FILE, Content, FileNotFound, RemoveFile, UploadFile
from domain.messages import Command, Event
from domain.people.clients import CLIENT, ClientIsErased
from domain.values import FileId


def enclosed(posted: MessagePosted, past: Past) -> Changes:
    """Send files with a message. Raises FileNotFound for what is not the author's own, or was sent before, and
    what is in the way of others.
    """
    changes: dict[str, Sequence[Event]] = {}
    own = logins_of(posted.author, past) if posted.files else ()
    for file_id in posted.files:
        file = past.of(FILE, file_id)
        if file.file is None or file.file.owner_id not in own:
            raise FileNotFound
        changes[file_id] = files.attach(file_id, posted.message_id, file)
    return changes


def contents(files: Sequence[FileId], past: Past) -> Mapping[FileId, Content]:
    """Return what is in files that are there, in order."""
    known = ((each, past.of(FILE, each).file) for each in files)
    return {each: file.content for each, file in known if file is not None}


def take_in(command: messages.TakeInMedia, past: Past) -> Changes:
    """Keep what came with a message, if it still is wanted. Raises ClientIsErased."""
    message = past.of(MESSAGE, command.message_id)
    events = messages.take_in(command, message)
    if not events or message.thread_id is None:
        return {}
    refuse_erased(past.of(THREAD, message.thread_id), past)
    order = UploadFile(file_id=command.file_id, file=command.file)
    kept = files.upload(order, past.of(FILE, command.file_id))
    return {command.file_id: kept, command.message_id: events}


def give_up(command: messages.GiveUpMedia, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    return {command.message_id: messages.give_up(command, message)}


def hand_over(command: messages.RecordUpload, past: Past) -> Changes:
    message = past.of(MESSAGE, command.message_id)
    return {command.message_id: messages.hand_over(command, message)}


def refuse_erased(thread: Thread, past: Past) -> None:
    """Refuse what is of a conversation with whoever is not known any more. Raises ClientIsErased."""
    if thread.client_id and past.of(CLIENT, survivor(past, thread.client_id)).erased:
        raise ClientIsErased


def taken_back(message: Message, past: Past) -> Changes:
    """Remove what was sent with a message."""
    orders = [RemoveFile(file_id=each) for each in message.files]
    return one_by_one(orders, past, remove)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    messages.TakeInMedia: take_in,
    messages.GiveUpMedia: give_up,
    messages.RecordUpload: hand_over,
}
