"""What processes may order where something is said on other channels."""

from typing import ClassVar, Final

from application.processes.process import Effect
from domain.conversations.channels import WHATSAPP
from domain.values import MessageId, ThreadId


class CarryMessage(Effect, frozen=True):
    """Hand a message, or a part of one, over to whoever carries it on its channel."""

    lane: ClassVar[str] = "messages"

    message_id: MessageId
    thread_id: ThreadId
    channel: str = WHATSAPP.name
    part: int = 0

    @property
    def ordering_key(self) -> str:
        """What is said in one conversation arrives in that order."""
        return f"carry/{self.thread_id}"


class CarryReaction(Effect, frozen=True):
    """Let whoever is on another channel see how the business reacts to a message."""

    lane: ClassVar[str] = "messages"

    message_id: MessageId
    thread_id: ThreadId
    channel: str

    @property
    def ordering_key(self) -> str:
        """A message is there before anybody reacts to it."""
        return f"carry/{self.thread_id}"


class CarryReading(Effect, frozen=True):
    """Let whoever is on another channel know that somebody has read up to here, and writes, if they do."""

    lane: ClassVar[str] = "messages"

    thread_id: ThreadId
    sequence: int
    channel: str
    is_typing: bool = False


class FetchMedia(Effect, frozen=True):
    """Fetch what somebody sent with a message on another channel."""

    lane: ClassVar[str] = "media"

    message_id: MessageId
    channel: str


class HearTemplates(Effect, frozen=True):
    """Hear what WhatsApp has of the templates of a business, asked for the `number`th time."""

    number: int

    @property
    def ordering_key(self) -> str:
        """What was heard last counts."""
        return "hear-templates"


OF_CONVERSATIONS: Final[tuple[type[Effect], ...]] = (
    CarryMessage,
    CarryReaction,
    CarryReading,
    FetchMedia,
    HearTemplates,
)
