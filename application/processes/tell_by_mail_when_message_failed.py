"""What could not be told on another channel is told by mail, once, if it still is true by then. What is uncertain may
have been read: that a person decides.
"""

from typing import Final

from application.ports import Recorded
from application.processes.effects.bookings import mail_of
from application.processes.process import Do, Orders, Process
from domain.conversations.messages import MessageReported


def _tell_it_by_mail(past: Recorded) -> Orders:
    event = past.event
    assert isinstance(event, MessageReported)
    if event.notice is None:
        return []
    return [Do(mail_of(event.notice, event.message_id), about=event.notice.booking_id)]


TELL_BY_MAIL_WHEN_MESSAGE_FAILED: Final = Process(
    name="tell-by-mail-when-message-failed", when=(MessageReported,), then=_tell_it_by_mail
)
