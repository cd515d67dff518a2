"""How what happened is told to others: in a shape of its own, under a name of its own.

What is recorded is the log's own language, which changes with what we decide and how. What others are
told is said beside it, field by field, in the words of the HTTP API; what is not said here, nobody
hears. Every area has a table, `TOLD_AS`, in which each of its events stands.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from domain.messages import Event, Value

FROM_THE_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)

WHOSE: Final = {"professional_id": "professional_id", "client_id": "client_id"}
"""Where it stands whose a thing is: by the word for whose, the field that holds it."""


class Telling(Value, frozen=True, kw_only=True):
    """`type` is what others know it by. `fields` are what they are told, each with its place in the
    event: `appointment.slot.ends_at`. `about`: which of these say whose the thing is; one that is not
    told is looked for in the state of the thing. `within` is the field that holds of what the thing is a part, as
    a thread is said message by message: all that happens to its parts is told in one order.

    A shape only grows: whatever takes something away, or changes what it means, is a new `version`, told so
    `since` a moment. Who was there before it is told as `before`, until they say otherwise.
    """

    type: str
    version: int
    fields: Mapping[str, str]
    about: Mapping[str, str]
    since: datetime = FROM_THE_BEGINNING
    before: "Telling | None" = None
    within: str | None = None

    def __post_init__(self) -> None:
        """Refuse versions that could not be told apart. Raises ValueError."""
        if self.before is not None and (
            self.before.type != self.type
            or self.before.version >= self.version
            or self.before.since >= self.since
        ):
            raise ValueError(f"{self.name} does not follow {self.before.name}")

    @property
    def name(self) -> str:
        """Type and version, as one name."""
        return f"{self.type}.v{self.version}"


NOT_TOLD: Final = None
"""What is said of an event that is nobody else's business: how we keep our books."""

Tellings = Mapping[type[Event], Telling | None]


def public(
    type_: str,
    *places: str,
    version: int = 1,
    about: Mapping[str, str] = WHOSE,
    since: datetime = FROM_THE_BEGINNING,
    before: Telling | None = None,
    within: str | None = None,
    **renamed: str,
) -> Telling:
    """Return how others are told what stands at these places, each by the last word of its place or as
    `renamed`.

    >>> public("visit.begun", "client_id", "slot.starts_at", id="visit_id").fields
    {'id': 'visit_id', 'client_id': 'client_id', 'starts_at': 'slot.starts_at'}
    """
    fields = renamed | {place.rpartition(".")[2]: place for place in places}
    return Telling(
        type=type_,
        fields=fields,
        version=version,
        about=about,
        since=since,
        before=before,
        within=within,
    )
