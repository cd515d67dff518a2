"""What processes may order about a business: its accounts at providers, its users, and whom else it tells."""

from datetime import datetime
from typing import ClassVar, Final

from application.processes.process import Effect
from domain.values import UserId


class CheckConfiguration(Effect, frozen=True):
    """Ask the provider about what was typed `number`th, unless something else was since."""

    id: str
    number: int


class ForgetConfiguration(Effect, frozen=True):
    """Take what was configured out of whatever was made of the log."""

    id: str
    key: str


class EndSessions(Effect, frozen=True):
    """End what a user began before they became something else; who changed it did so at once, if
    nothing broke off.
    """

    user_id: UserId
    begun_before: datetime
    version: int | None = None
    """The version of the user that their sessions have not seen; earlier releases did not say it."""


class SendAddressCode(Effect, frozen=True):
    """Mail a user the code that proves their address. It follows from the job's id, by a key, and is
    kept nowhere.
    """

    lane: ClassVar[str] = "mails"

    user_id: UserId

    @property
    def ordering_key(self) -> str:
        """The code that counts is in the mail that comes last."""
        return f"code/{self.user_id}"


class TellOfTrouble(Effect, frozen=True):
    """Find out who is to be told that an account of the business is not good at present."""

    configuration_id: str
    version: int


class SendTroubleMail(Effect, frozen=True):
    """Mail it to one of those who own the business."""

    lane: ClassVar[str] = "mails"

    configuration_id: str
    version: int
    user_id: UserId


class TellOfStoppedWebhook(Effect, frozen=True):
    """Find out who is to be told that nothing more is sent to an endpoint."""

    endpoint_id: str
    version: int


class SendWebhookMail(Effect, frozen=True):
    """Mail it to one of those who own the business."""

    lane: ClassVar[str] = "mails"

    endpoint_id: str
    version: int
    user_id: UserId


class PublishEvents(Effect, frozen=True):
    """Publish what is new in a business: see `application/publishing/`. `why` is another each time."""

    lane: ClassVar[str] = "publishing"

    why: str

    @property
    def ordering_key(self) -> str:
        """One at a time has a business in its hands."""
        return "publishing"


OF_BUSINESS: Final[tuple[type[Effect], ...]] = (
    CheckConfiguration,
    ForgetConfiguration,
    EndSessions,
    SendAddressCode,
    TellOfTrouble,
    SendTroubleMail,
    TellOfStoppedWebhook,
    SendWebhookMail,
    PublishEvents,
)
