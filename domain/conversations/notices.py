"""Notices: what a message tells somebody about a booking of theirs. What cannot be told by it, is told otherwise."""

from datetime import datetime

from domain.conversations.templates import FromTemplate
from domain.messages import Command, Value
from domain.values import BookingId, ClientId


class Notice(Value, frozen=True, kw_only=True):
    """`kind` is what is told of the event of this `version` of the booking; what reminds of it says when it begins."""

    kind: str
    booking_id: BookingId
    version: int
    starts_at: datetime | None = None


class TellOnChannel(Command, frozen=True):
    """Tell a client this on a channel, once for each `notice_id`: by a template of the business, or in these words."""

    notice_id: str
    notice: Notice
    client_id: ClientId
    channel: str
    template: FromTemplate | None = None
    text: str | None = None
