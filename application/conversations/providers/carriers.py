"""Who carries what is said on a channel: what they are given, and what they say of it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from application.conversations.enclosed.depositing import Deposit, Sent
from application.conversations.enclosed.parts import called
from domain.conversations.approvals import AsApproved
from domain.conversations.choices import Choices
from domain.values import MessageId


class Given(NamedTuple):
    """What is given to whoever carries it: `to` is what they call who is to read it, or their number, and `number` the
    business's by which that one wrote, if they wrote; `reply_to` is what they call the message to which it replies. What
    is `approved` goes out as a template of theirs. `name` is how they are to call it, where that is for us to say. It may
    be one `part` of several; with a `file`, the text is what is said of it.
    """

    message_id: MessageId
    to: str
    text: str | None
    number: str | None = None
    approved: AsApproved | None = None
    tenant: str = ""
    name: str | None = None
    choices: Choices | None = None
    reply_to: str | None = None
    attempt: int = 1
    file: Sent | None = None
    part: int | None = None

    @property
    def called(self) -> str:
        """By what name of ours its receipts come."""
        return called(self.message_id, self.part)


class Taken(NamedTuple):
    """What they call what they have taken, and whoever is to read it, if they say that."""

    name: str
    to: str | None = None


Send = Callable[[Callable[[], None]], Taken]


class Carrier(Protocol):
    """Carries messages on a channel; see `adapters/whatsapp`."""

    def send(self, account: Any, given: Given, handing_over: Callable[[], None]) -> Taken:
        """Return what they call it. `handing_over` is called before they are given it. Raises
        MessageRefusedError, NotTakenError where it is to be tried again, UncertainError.
        """


class Pace(NamedTuple):
    """How many messages go out in a minute at most: of one business, and to one number."""

    of_business: int
    to_one: int


class Carriage(NamedTuple):
    """Who carries what is said on a channel, where they keep files, if they do, and what of the business's
    configuration is their account there. Where they call a message what we say, `named` says it: so it is known before
    they have it. `pace` says of an account how many they are given; the others wait.
    """

    account: str
    carrier: Carrier
    deposit: Deposit | None = None
    named: Callable[[MessageId], str] | None = None
    pace: Callable[[Any], Pace] | None = None


Carriages = Mapping[str, Carriage]
"""By the channel's name."""
