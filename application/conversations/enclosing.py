"""Files that are sent with a message: until then they are the author's own, and from then on whoever sees the
message has them, and nobody else.
"""

from collections.abc import Sequence

from application.conversations.taking_part import logins_of
from application.files.files import remove
from application.transact import Changes, Past, one_by_one
from domain.conversations.messages import Message, MessagePosted
from domain.files import files
from domain.files.files import FILE, FileNotFound, RemoveFile
from domain.messages import Event


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


def taken_back(message: Message, past: Past) -> Changes:
    """Remove what was sent with a message."""
    orders = [RemoveFile(file_id=each) for each in message.files]
    return one_by_one(orders, past, remove)
