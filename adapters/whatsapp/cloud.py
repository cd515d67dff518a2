"""Sends messages by Meta's Cloud API (developers.facebook.com/docs/whatsapp/cloud-api/reference/messages)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import msgspec

from adapters.configuration.checks import GRAPH
from adapters.whatsapp.faults import refusal
from adapters.whatsapp.said import said_as
from application.conversations.providers.carriers import Given, Taken
from application.conversations.providers.signalling import Signal
from application.operations.jobs import AwayError, NotTakenError, UncertainError
from application.outgoing import Answered, Failed, Outgoing, Request
from application.reading import read_as
from domain.business.configuration.declared import WhatsappCloud

KEPT: Final = 20_000
"""Bytes of an answer."""


class _Named(msgspec.Struct):
    id: str


class _Reader(msgspec.Struct):
    wa_id: str | None = None


class _Taken(msgspec.Struct):
    messages: list[_Named]
    contacts: list[_Reader] = []


class _Fault(msgspec.Struct):
    code: int


class _Refused(msgspec.Struct):
    error: _Fault


class CloudApi:
    """`application.conversations.carrying.Carrier`."""

    def __init__(self, outgoing: Outgoing, url: str) -> None:
        self._outgoing = outgoing
        self._url = url

    def send(self, account: WhatsappCloud, given: Given, handing_over: Callable[[], None]) -> Taken:
        """Return what they call it. Raises MessageRefusedError, NotTakenError, UncertainError."""
        request = self._request(account, given)
        handing_over()
        outcome = self._outgoing.send(request)
        if isinstance(outcome, Failed):
            if outcome.said:
                raise UncertainError(f"they may have it: {outcome.why}")
            raise AwayError(outcome.why.value)
        return _taken(outcome, given.attempt)

    def signal(self, account: WhatsappCloud, signal: Signal) -> None:
        """Let them know of a reaction, or that their message was read, and that somebody writes. Raises
        MessageRefusedError, NotTakenError; to do it twice does nothing twice.
        """
        outcome = self._outgoing.send(self._asked(account, signal.number, _signalled(signal)))
        if isinstance(outcome, Failed):
            raise NotTakenError(outcome.why.value)
        if not 200 <= outcome.status < 300:
            _refuse(outcome, attempt=1)
            raise NotTakenError(f"status {outcome.status}")

    def _request(self, account: WhatsappCloud, given: Given) -> Request:
        context = {"context": {"message_id": given.reply_to}} if given.reply_to else {}
        said = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_to(given.to),
            **context,
            **said_as(given),
            "biz_opaque_callback_data": given.called,
        }
        return self._asked(account, given.number, said)

    def _asked(self, account: WhatsappCloud, number: str | None, said: Any) -> Request:
        kind = "application/json"
        return Request(
            url=f"{self._url}/{GRAPH}/{account.number(number)}/messages",
            headers=[
                ("Accept", kind),
                ("Authorization", f"Bearer {account.access_token.value}"),
                ("Content-Type", kind),
            ],
            body=msgspec.json.encode(said),
            keep=KEPT,
            keep_refusals=True,
        )


def _to(called: str) -> dict[str, str]:
    """Return whom it is for: a user id has a dot in it, a number has none."""
    return {"recipient" if "." in called else "to": called}


def _signalled(signal: Signal) -> dict[str, Any]:
    ours = {"messaging_product": "whatsapp"}
    if signal.to is not None:
        reaction = {"message_id": signal.name, "emoji": signal.emoji or ""}
        to = {"recipient_type": "individual", **_to(signal.to)}
        return {**ours, **to, "type": "reaction", "reaction": reaction}
    typing = {"typing_indicator": {"type": "text"}} if signal.is_typing else {}
    return {**ours, "status": "read", "message_id": signal.name, **typing}


def _taken(answer: Answered, attempt: int) -> Taken:
    """Return what they call it. An answer that nobody can read says nothing of whether they have it."""
    if not 200 <= answer.status < 300:
        _refuse(answer, attempt)
        raise UncertainError(f"they may have it: status {answer.status}")
    taken = read_as(answer.body, _Taken)
    if taken is None or not taken.messages:
        raise UncertainError("they may have it: their answer cannot be read")
    return Taken(taken.messages[0].id, taken.contacts[0].wa_id if taken.contacts else None)


def _refuse(answer: Answered, attempt: int) -> None:
    """Raise what follows from a refusal, as far as one can be read; of one that is not theirs but ours nothing was
    taken, whatever it says.
    """
    code = refused_by(answer)
    if code is not None:
        raise refusal(code, answer.retry_after, attempt)
    if answer.status < 500:
        after = None if answer.retry_after is None else timedelta(seconds=answer.retry_after)
        raise NotTakenError(f"status {answer.status}", after=after)


def refused_by(answer: Answered) -> int | None:
    """Return the code by which they say no, if they say one."""
    refused = read_as(answer.body, _Refused)
    return refused.error.code if refused else None
