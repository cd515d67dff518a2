"""What Meta's Cloud API calls us about, as it says it: shapes, and nothing else. What is not read is left out."""

from typing import Annotated

import msgspec

from application.conversations.whatsapp_contents import Content, Fault
from domain.fields import ANY_TEXT

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=ANY_TEXT)]
"""What Meta calls something. It may be signed by whoever has the business's secret."""


class Profile(msgspec.Struct, kw_only=True):
    name: str | None = None


class Person(msgspec.Struct, kw_only=True):
    """Somebody who writes: they may have no number that is told."""

    wa_id: str | None = None
    user_id: str | None = None
    profile: Profile | None = None


class Context(msgspec.Struct, kw_only=True):
    id: Id | None = None


class Reaction(msgspec.Struct, kw_only=True):
    """Without an emoji it is taken back."""

    message_id: Id
    emoji: str | None = None


class Edit(msgspec.Struct, kw_only=True):
    original_message_id: Id
    message: Content


class Revoke(msgspec.Struct, kw_only=True):
    original_message_id: Id


class System(msgspec.Struct, kw_only=True):
    """`type` is what happened; `wa_id` and `user_id` are what they are called now (of some versions: `new_wa_id`)."""

    type: str
    body: str | None = None
    wa_id: Id | None = None
    new_wa_id: Id | None = None
    user_id: Id | None = None


class Message(Content, kw_only=True):
    """Of the business's app on a phone, `to` says who is to read it. What is of a group has a `group_id`."""

    id: Id
    timestamp: str
    from_: Id | None = msgspec.field(name="from", default=None)
    from_user_id: Id | None = None
    to: Id | None = None
    to_user_id: Id | None = None
    group_id: str | None = None
    context: Context | None = None
    reaction: Reaction | None = None
    edit: Edit | None = None
    revoke: Revoke | None = None
    system: System | None = None

    @property
    def by(self) -> list[str]:
        """Return what whoever wrote it is called, the user id first."""
        return [each for each in (self.from_user_id, self.from_) if each]

    @property
    def to_(self) -> list[str]:
        """Return what whoever is to read it is called, the user id first."""
        return [each for each in (self.to_user_id, self.to) if each]


class Status(msgspec.Struct, kw_only=True):
    id: Id
    status: str
    timestamp: str
    biz_opaque_callback_data: str | None = None
    recipient_id: Id | None = None
    recipient_user_id: Id | None = None
    errors: list[Fault] = []


class Metadata(msgspec.Struct, kw_only=True):
    phone_number_id: Id


class Change(msgspec.Struct, kw_only=True):
    field: str
    value: msgspec.Raw


class Entry(msgspec.Struct, kw_only=True):
    changes: list[Change] = []


class Call(msgspec.Struct, kw_only=True):
    object: str
    entry: list[Entry] = []


class Preference(msgspec.Struct, kw_only=True):
    """What somebody wants to be told by businesses: `stop`, `resume`, or `signup`."""

    category: str
    value: str
    timestamp: int
    wa_id: Id | None = None
    user_id: Id | None = None
    detail: str | None = None


class Told(msgspec.Struct, kw_only=True):
    """What is said of the fields that are read. Each message is read by itself: of a kind that nobody knows yet it may
    have any shape.
    """

    metadata: Metadata
    contacts: list[Person] = []
    messages: list[msgspec.Raw] = []
    statuses: list[msgspec.Raw] = []
    message_echoes: list[msgspec.Raw] = []
    user_preferences: list[msgspec.Raw] = []
