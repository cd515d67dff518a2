"""Whoever presses a button that we have signed has answered what they were told about a booking."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.bookings import AnswerButton
from application.processes.process import Do, Orders, Process
from domain.conversations.messages import MessagePosted
from domain.scheduling.bookings.answers import OURS


def _answer_it(past: Recorded) -> Orders:
    event = past.event
    assert isinstance(event, MessagePosted)
    if event.client_id is None or not (event.payload or "").startswith(OURS):
        return []
    effect = AnswerButton(
        message_id=event.message_id, thread_id=event.thread_id, client_id=event.client_id
    )
    return [Do(effect, about=event.message_id)]


ANSWER_BUTTON_WHEN_IT_IS_PRESSED: Final = Process(
    name="answer-button-when-it-is-pressed", when=(MessagePosted,), then=_answer_it
)
