"""Sends SMS by LabsMobile's JSON API (apidocs.labsmobile.com). They say no with status 400, or with 200 and a code."""

import base64
import hashlib
from collections.abc import Callable
from typing import Final

import msgspec

from adapters.configuration.checks import authorized
from application.conversations.enclosed.depositing import MessageRefusedError
from application.conversations.providers.carriers import Given, Pace, Taken
from application.inbound.providers import LABSMOBILE
from application.operations.jobs import AwayError, NotTakenError, UncertainError
from application.outgoing import Answered, Failed, Outgoing, Request
from application.reading import read_as
from domain.business.configuration.declared import LabsMobile
from domain.conversations.texting import Alphabet, alphabet_of, parts_of, written
from domain.values import MessageId

KEPT: Final = 20_000
"""Bytes of an answer."""

LONGEST_NAME: Final = 20

TAKEN: Final = "0"
LATER: Final = frozenset({"30"})
"""Codes that say to try again: there was trouble while they sent it."""

ACCOUNT: Final = frozenset({"35"})
"""Codes that say that the account is not good at present: it has no credit left."""

TO_ONE: Final = 10
"""Messages in a minute to one number: operators take more for spam."""

NOT_NOW: Final = frozenset({401, 403, 429})
"""Statuses that speak of the account, or of too many requests, and not of the message."""


class _Answer(msgspec.Struct):
    code: str | int


class LabsMobileApi:
    """`application.conversations.carrying.Carrier`. `callbacks` is our public address, where they tell us what became of
    a message; none, and they do not.
    """

    def __init__(self, outgoing: Outgoing, url: str, callbacks: str | None) -> None:
        self._outgoing = outgoing
        self._url = url
        self._callbacks = callbacks

    def send(self, account: LabsMobile, given: Given, handing_over: Callable[[], None]) -> Taken:
        """Return what they call it. Raises MessageRefusedError, NotTakenError, UncertainError."""
        assert given.name is not None, "they call a message what we say"
        request = self._request(account, given)
        handing_over()
        outcome = self._outgoing.send(request)
        if isinstance(outcome, Failed):
            if outcome.said:
                raise UncertainError(f"they may have it: {outcome.why}")
            raise AwayError(outcome.why.value)
        _see_that_it_is_taken(outcome)
        return Taken(given.name)

    def _request(self, account: LabsMobile, given: Given) -> Request:
        text = given.text or ""
        said = {
            "message": written(text),
            "tpoa": account.sender,
            "recipient": [{"msisdn": given.to}],
            "subid": given.name,
            **self._told(account, given),
            **_form(text),
        }
        return Request(
            url=f"{self._url}/json/send",
            headers=authorized(account),
            body=msgspec.json.encode(said),
            keep=KEPT,
            keep_refusals=True,
        )

    def _told(self, account: LabsMobile, given: Given) -> dict[str, str]:
        if self._callbacks is None:
            return {}
        where = f"{self._callbacks.rstrip('/')}/v1/inbound/{given.tenant}/{LABSMOBILE}"
        return {"ackurl": f"{where}/{account.callback_secret.value}"}


def _form(text: str) -> dict[str, int]:
    """Say what is not usual: that it is longer than one SMS, that it has other letters."""
    long = {"long": 1} if len(parts_of(text)) > 1 else {}
    return long | ({"ucs2": 1} if alphabet_of(text) is Alphabet.UCS_2 else {})


def _see_that_it_is_taken(answer: Answered) -> None:
    """Raise what is in the way. An answer that nobody can read says nothing of whether they have it."""
    code = _code(answer.body)
    if code == TAKEN and answer.status == 200:
        return
    if code in (None, TAKEN) and (answer.status >= 500 or answer.status < 400):
        raise UncertainError(f"they may have it: status {answer.status}")
    if code is None or answer.status in NOT_NOW or code in LATER or code in ACCOUNT:
        raise NotTakenError(f"status {answer.status}, code {code}")
    raise MessageRefusedError(code)


def _code(body: bytes) -> str | None:
    answer = read_as(body, _Answer)
    return None if answer is None else str(answer.code)[:20]


def named(message_id: MessageId) -> str:
    """Return what they are to call a message: they have room for twenty characters.

    >>> named(MessageId("message-0198c0de-0000-7000-8000-000000000001"))
    ''
    """
    digest = hashlib.sha256(message_id.encode()).digest()
    return base64.b32encode(digest).decode()[:LONGEST_NAME].lower()


def paced(account: LabsMobile) -> Pace:
    """Return how many they are given."""
    return Pace(of_business=account.per_minute, to_one=TO_ONE)
