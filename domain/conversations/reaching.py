"""Clients are written to on a channel, whether they ever wrote by it or not."""

from domain.conversations.messages import MessageKind
from domain.conversations.notices import Notice
from domain.conversations.participants import OURSELVES, MemberId
from domain.conversations.templates import FromTemplate
from domain.messages import Command, DomainError, Invalid
from domain.values import ClientId


class WriteToClient(Command, frozen=True):
    """Say this to a client on a channel, in what they have with the business there. A notice is what nobody in
    particular says (`SYSTEM`), and nobody has to answer; it may say of what it is a `notice`.
    """

    client_id: ClientId
    channel: str
    template: FromTemplate | None = None
    fallback: FromTemplate | None = None
    text: str | None = None
    author: MemberId = OURSELVES
    kind: MessageKind = MessageKind.SYSTEM
    local_id: str | None = None
    notice: Notice | None = None


class ChannelNotCarried(Invalid):
    """Nothing is sent on this channel from here."""

    channels: tuple[str, ...]


class ClientNotReachable(DomainError):
    """Nobody knows what they are called on this channel, nor a number of theirs."""
