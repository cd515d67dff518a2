"""Who takes part in a conversation: those who work here, by their user, and everybody else by the record that
says who they are. Leads and strangers have one, too (decision 0048).
"""

from typing import Final, NewType

from domain.messages import Value
from domain.people.clients import CLIENT
from domain.values import ClientId, UserId, kind_of

MemberId = NewType("MemberId", str)
"""A user who works here, or a client."""

OURSELVES: Final = MemberId("frontdesk")
"""Who says what nobody in particular does, such as notices. They see nothing, and are in no conversation."""

PHONE: Final = MemberId("user-00000000-0000-0000-0000-000000000000")
"""Somebody of the business, at the app on its phone: who of them, nobody is told. They take part in nothing."""

Audience = tuple[MemberId, ...]
"""Who may see something, for good: those who were there, and for whom it is."""


class Member(Value, frozen=True, kw_only=True):
    """`since` is the last message before they came, where they do not see what was said before. All up to
    `read` they have read, and behind it there are so many `unread`.
    """

    since: int = 0
    read: int = 0
    unread: int = 0


def is_staff(member_id: str) -> bool:
    """Whether they work here: whoever does sees what is noted among colleagues, and all that was said."""
    return kind_of(member_id) != CLIENT.kind


def client_of(member_id: str) -> ClientId | None:
    """Return whose record it is, of whoever does not work here."""
    return None if is_staff(member_id) else ClientId(member_id)


def user_of(member_id: str) -> UserId | None:
    """Return which user it is, of whoever works here."""
    return UserId(member_id) if is_staff(member_id) else None
