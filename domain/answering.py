"""What somebody answers to what they are told about a booking, by a button or a link."""

from enum import StrEnum
from typing import Final


class AnswerKind(StrEnum):
    """That they come, that they do not, or that they would rather come at another time."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    ANOTHER_TIME = "another-time"


KINDS: Final = tuple(AnswerKind)
