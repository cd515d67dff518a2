"""Clients answer what they are told about their bookings, by a button of the message.

That they come is noted, and seen in the conversation. That they do not calls the booking off, as long as they may. Who
wants another time waits for somebody of the business, as whoever writes does. What nothing comes of is answered
in words.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, assert_never
from uuid import uuid5

from application.conversations.readers import readers_language
from application.conversations.saying import post
from application.operations.jobs import Dispatch, Handled, Handlers, Job, Skipped
from application.people.people import records
from application.ports import About
from application.processes.effects.bookings import AnswerButton
from application.scheduling.bookings import cancel
from application.scheduling.mails import History, language_of
from application.transact import Changes, Past, UseCase, step_by_step
from domain.conversations.messages import MessageKind, MessagePosted, PostMessage
from domain.conversations.participants import OURSELVES
from domain.messages import Command
from domain.scheduling.bookings import (
    BOOKING,
    Booking,
    BookingStatus,
    CancelBooking,
    CancellationWindowClosed,
)
from domain.scheduling.bookings.answers import Answer, AnswerBooking, answer_in, record_answer
from domain.values import AnswerKind


class Reply(StrEnum):
    """What is said to who has answered."""

    NOTED = "noted"
    REQUESTED = "requested"
    ANOTHER_TIME = "another-time"
    TOO_LATE = "too-late"
    CHANGED = "changed"
    AGAIN = "again"
    NOT_UNDERSTOOD = "not-understood"


SAYS: Final[Mapping[Reply, Mapping[str, str]]] = {
    Reply.NOTED: {
        "fr": "Merci, c'est noté.",
        "en": "Thank you, we have noted it.",
    },
    Reply.REQUESTED: {
        "fr": "Merci. Votre demande n'est pas encore confirmée : nous vous répondons bientôt.",
        "en": "Thank you. Your request is not confirmed yet: we will answer it soon.",
    },
    Reply.ANOTHER_TIME: {
        "fr": "D'accord, nous vous proposons bientôt un autre moment. Dites-nous ici ce qui vous convient.",
        "en": "All right, we will soon suggest another time. Tell us here what suits you.",
    },
    Reply.TOO_LATE: {
        "fr": "Il est trop tard pour annuler ce rendez-vous ici. Appelez-nous, s'il vous plaît.",
        "en": "It is too late to cancel this appointment here. Please call us.",
    },
    Reply.CHANGED: {
        "fr": "Ce rendez-vous a changé depuis, ou il est passé. Écrivez-nous ici, s'il vous plaît.",
        "en": "This appointment has changed since, or it is over. Please write to us here.",
    },
    Reply.AGAIN: {
        "fr": "Nous avons déjà votre réponse. Merci !",
        "en": "We have your answer already. Thank you!",
    },
    Reply.NOT_UNDERSTOOD: {
        "fr": "Nous n'avons pas pu utiliser ce bouton. Écrivez-nous ici, s'il vous plaît.",
        "en": "We could not use this button. Please write to us here.",
    },
}


class Answering:
    """Handles the effect by which a button is understood."""

    def __init__(self, history: History, dispatch: Dispatch, pepper: bytes) -> None:
        self._history = history
        self._dispatch = dispatch
        self._pepper = pepper

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {AnswerButton: self.answer}

    def answer(self, effect: AnswerButton, job: Job) -> Handled:
        """Have it carried out, once."""
        token = self._token(effect, job.tenant)
        if token is None:
            return Skipped("nobody knows any more what was pressed")
        order = AnswerBooking(
            thread_id=effect.thread_id,
            client_id=effect.client_id,
            answer=answer_in(token, job.tenant, self._pepper),
        )
        id_ = uuid5(job.id, "answer")
        about = About(tenant=job.tenant, actor=effect.client_id, command_id=id_, retried=True)
        self._dispatch(order, about)
        return None

    def _token(self, effect: AnswerButton, tenant: str) -> str | None:
        said = (each.event for each in self._history(tenant, effect.message_id))
        return next((each.payload for each in said if isinstance(each, MessagePosted)), None)


# --- Use cases --------------------------------------------------------------------------


def answer(command: AnswerBooking, past: Past) -> Changes:
    """Do what was answered, if that can be; and say what came of it."""
    said = command.answer
    booking = _theirs(command, past)
    if said is None or booking is None:
        return _replied(Reply.NOT_UNDERSTOOD, command, past)
    if (reply := _why_not(said, booking, past)) is not None:
        return _replied(reply, command, past)
    try:
        return step_by_step(
            past,
            lambda _: {said.booking_id: record_answer(said, booking)},
            lambda here: _done(said, booking, command, here),
        )
    except CancellationWindowClosed:
        return _replied(Reply.TOO_LATE, command, past)


def _theirs(command: AnswerBooking, past: Past) -> Booking | None:
    """Return the booking, if it is of whoever answers."""
    if command.answer is None:
        return None
    booking = past.of(BOOKING, command.answer.booking_id)
    client_id = booking.appointment.client_id if booking else None
    theirs = client_id is not None and client_id in records(past, command.client_id)
    return booking if theirs else None


def _why_not(answer: Answer, booking: Booking, past: Past) -> Reply | None:
    if answer.mark in booking.answers:
        return Reply.AGAIN
    is_live = booking.status in (BookingStatus.PENDING, BookingStatus.CONFIRMED)
    if not is_live or answer.moves != booking.moves or past.now >= answer.until:
        return Reply.CHANGED
    return None


def _done(answer: Answer, booking: Booking, command: AnswerBooking, past: Past) -> Changes:
    """Do it. That something is called off, they are told as always. Raises CancellationWindowClosed."""
    match answer.kind:
        case AnswerKind.CANCEL:
            return cancel(CancelBooking(booking_id=answer.booking_id, by_client=True), past)
        case AnswerKind.ANOTHER_TIME:
            return _replied(Reply.ANOTHER_TIME, command, past)
        case AnswerKind.CONFIRM:
            is_sure = booking.status is BookingStatus.CONFIRMED
            return _replied(Reply.NOTED if is_sure else Reply.REQUESTED, command, past)
        case _:
            assert_never(answer.kind)


def _replied(reply: Reply, command: AnswerBooking, past: Past) -> Changes:
    language = language_of(readers_language(command.thread_id, past))
    order = PostMessage(
        thread_id=command.thread_id,
        author=OURSELVES,
        kind=MessageKind.SYSTEM,
        text=SAYS[reply][language],
    )
    return post(order, past)


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {AnswerBooking: answer}
