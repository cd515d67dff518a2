"""Announcements: what those who run the system tell those who work in a business, for as long as it is of use."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final

from domain.business.users import Role
from domain.fields import LANGUAGE, Held, Line
from domain.languages import canonical
from domain.messages import Invalid, Value
from domain.records import Kind, StoredAs
from domain.zones import is_wall_clock

Notice = Annotated[
    str, Held(min_length=1, max_length=1_000, pattern=r"^[\x01-\x20]*[^\x00-\x20][^\x00]*$")
]
"""Some lines of text that say something."""


class Importance(StrEnum):
    """How much it is to be seen."""

    INFO = "info"
    WARNING = "warning"
    URGENT = "urgent"


class Translation(Value, frozen=True, kw_only=True):
    """The same, for those who read this language."""

    language: Annotated[str, LANGUAGE]
    title: Line
    text: Notice


class Announcement(Value, frozen=True, kw_only=True):
    """Who reads none of the languages of its `translations` reads `title` and `text`. It is of use until
    `ends_at`, or until it is removed.
    """

    title: Line
    text: Notice
    importance: Importance = Importance.INFO
    ends_at: datetime | None = None
    translations: Annotated[tuple[Translation, ...], Held(max_length=10)] = ()


class TranslatedTwice(Invalid):
    """An announcement says the same once in each language."""

    languages: Sequence[str]


class AnnouncementNeverEnds(Invalid):
    """An announcement ends between 1970 and 2999, or when it is removed."""


def refuse_unclear(announcement: Announcement) -> None:
    languages = [canonical(each.language) for each in announcement.translations]
    twice = sorted({each for each in languages if languages.count(each) > 1})
    if twice:
        raise TranslatedTwice(languages=twice)
    ends_at = announcement.ends_at
    if ends_at is not None and not is_wall_clock(ends_at.replace(tzinfo=None)):
        raise AnnouncementNeverEnds


ANNOUNCEMENTS: Final = Kind(
    one="announcement",
    many="announcements",
    french="Annonce",
    values=Announcement,
    examples=(
        Announcement(
            title="Maintenance on Sunday",
            text="Nothing can be booked from 2 to 3 in the morning.",
            importance=Importance.WARNING,
            ends_at=datetime(2027, 1, 10, 3, tzinfo=UTC),
            translations=(
                Translation(
                    language="fr",
                    title="Maintenance dimanche",
                    text="Rien ne peut être réservé de 2 h à 3 h du matin.",
                ),
            ),
        ),
        Announcement(title="Threads can be snoozed", text="Whoever answers has it open again."),
    ),
    stored_as=StoredAs(
        created="announcement-created.v1",
        changed="announcement-changed.v1",
        removed="announcement-removed.v1",
        restored="announcement-restored.v1",
        purged="announcement-purged.v1",
    ),
    columns=("importance", "ends_at", "title"),
    refuse=refuse_unclear,
    writers=frozenset({Role.OPERATOR}),
    readers=frozenset(Role) - {Role.CLIENT},
)
