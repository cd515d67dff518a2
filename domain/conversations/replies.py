"""Canned replies: what those who work here write again and again, ready to be sent."""

from typing import Annotated, Final

from domain.business.users import Role
from domain.fields import LANGUAGE, Held, Line, Text
from domain.messages import Value
from domain.records import Kind, StoredAs, Unique

Shortcut = Annotated[str, Held(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]
Language = Annotated[str, LANGUAGE]


class Reply(Value, frozen=True, kw_only=True):
    """`shortcut` is what somebody types to have it."""

    shortcut: Shortcut
    title: Line
    text: Text
    language: Language | None = None


REPLIES: Final = Kind(
    one="reply",
    many="replies",
    french="Réponse type",
    values=Reply,
    examples=(
        Reply(
            shortcut="horaires",
            title="Horaires d'ouverture",
            text="Nous sommes ouverts du mardi au samedi, de 9 h à 19 h.",
            language="fr",
        ),
        Reply(shortcut="merci", title="Remerciement", text="Merci, à très bientôt !"),
    ),
    stored_as=StoredAs(
        created="reply-created.v1",
        changed="reply-changed.v1",
        removed="reply-removed.v1",
        restored="reply-restored.v1",
        purged="reply-purged.v1",
    ),
    columns=("shortcut", "title", "language"),
    unique=(Unique(fields=("shortcut",), loosely=False),),
    writers=frozenset({Role.OWNER, Role.FRONT_DESK}),
    readers=frozenset(Role) - {Role.CLIENT},
)
