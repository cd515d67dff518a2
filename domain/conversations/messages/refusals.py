"""Why something that is asked about messages may be refused."""

from datetime import datetime

from domain.conversations.messages.messages import MessageStatus
from domain.messages import DomainError, Forbidden, Invalid, Missing


class MessageNotFound(Missing):
    """There is no message by this id in a conversation that you take part in."""


class MessageIsDeleted(DomainError):
    """The message was deleted."""


class NotYourMessage(Forbidden):
    """Only who wrote a message can change it."""


class MessageIsNotStuck(DomainError):
    """Only a message that has failed, or of which nobody knows whether it arrived, can be sent again."""

    current_status: MessageStatus


class MessageIsOld(DomainError):
    """A message can be changed for a day after it was written."""

    editable_until: datetime


class ChangedTooManyTimes(DomainError):
    """The message was changed as often as one can be."""

    most: int


class TooManyReactions(DomainError):
    """So many can react to one message, and no more."""

    most: int


class ForTheBusiness(Forbidden):
    """Notes among colleagues, templates, and what the system says, are not for clients to write."""


class MentionedNotThere(Invalid):
    """Who is mentioned does not see this message."""


class SaysNothing(Invalid):
    """A message says something, or has files with it."""


class SaidTwice(Invalid):
    """What a message says is written, or made of a template, and not both."""


class RepliesElsewhere(Invalid):
    """What it replies to is no message of this conversation that you see."""
