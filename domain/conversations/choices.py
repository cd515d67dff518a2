"""What somebody can choose from, below a message: up to three buttons, or a list of up to ten. What they choose comes back
as an answer, with the `id` of what they chose.

How long each may be is WhatsApp's (developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-messages).
"""

from collections.abc import Iterator
from typing import Annotated, Final

from msgspec.structs import replace

from domain.fields import LINE, Held
from domain.messages import Invalid, Value

MOST_BUTTONS: Final = 3
MOST_ROWS: Final = 10
LONGEST_BODY: Final = 1_024
"""Characters of the text above."""


def _line(most: int) -> Held:
    return replace(LINE, max_length=most)


Around = Annotated[str, _line(60)]
"""A line above or below."""

ButtonId = Annotated[str, _line(256)]
Title = Annotated[str, _line(20)]
RowId = Annotated[str, _line(200)]
RowTitle = Annotated[str, _line(24)]
Description = Annotated[str, _line(72)]


class Button(Value, frozen=True, kw_only=True):
    id: ButtonId
    title: Title


class ListRow(Value, frozen=True, kw_only=True):
    id: RowId
    title: RowTitle
    description: Description | None = None


class Section(Value, frozen=True, kw_only=True):
    """It has a title where there are several."""

    rows: tuple[ListRow, ...]
    title: RowTitle | None = None


class ListOfChoices(Value, frozen=True, kw_only=True):
    """It opens by a `button`, which says so."""

    button: Title
    sections: tuple[Section, ...]


class Choices(Value, frozen=True, kw_only=True):
    """Buttons, or a list."""

    buttons: tuple[Button, ...] = ()
    list: ListOfChoices | None = None
    header: Around | None = None
    footer: Around | None = None


class ChoicesUnclear(Invalid):
    """There are one to three buttons, or a list of one to ten rows, no two of which have one id; buttons have different
    titles, and each of several sections has one.
    """


def refuse_unclear_choices(choices: Choices) -> None:
    """Raise ChoicesUnclear."""
    if choices.list is None:
        clear = _are_clear(choices.buttons)
    else:
        clear = not choices.buttons and _is_clear(choices.list)
    if not clear:
        raise ChoicesUnclear


def _are_clear(buttons: tuple[Button, ...]) -> bool:
    ids, titles = {each.id for each in buttons}, {each.title for each in buttons}
    return 1 <= len(buttons) <= MOST_BUTTONS and len(ids) == len(titles) == len(buttons)


def _is_clear(found: ListOfChoices) -> bool:
    ids = [each.id for each in _rows(found)]
    entitled = len(found.sections) == 1 or all(each.title for each in found.sections)
    filled = all(each.rows for each in found.sections)
    return 1 <= len(ids) <= MOST_ROWS and len(ids) == len(set(ids)) and entitled and filled


def _rows(found: ListOfChoices) -> Iterator[ListRow]:
    return (row for section in found.sections for row in section.rows)
