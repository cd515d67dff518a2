"""Sends messages by Meta's Cloud API (developers.facebook.com/docs/whatsapp/cloud-api/reference/messages)."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from adapters.configuration.checks import GRAPH
from application.conversations.carrying import Given, Taken
from application.conversations.enclosed.depositing import MessageRefusedError
from application.operations.jobs import AwayError, NotTakenError, UncertainError
from application.outgoing import Answered, Failed, Outgoing, Request
from domain.business.configuration.declared import WhatsappCloud
from domain.conversations.approvals import Parameter, TemplateStatus

KEPT: Final = 20_000
"""Bytes of an answer."""

LATER: Final = frozenset({4, 80_007, 130_429, 131_056, 131_016, 131_057, 131_000, 133_016})
"""Codes that say to try again: limits, and trouble of theirs (providers, 2.1)."""

CLOSED: Final = 131_047
"""They have not written for 24 hours: only templates are taken."""

OF_TEMPLATES: Final = frozenset(
    {132_000, 132_001, 132_005, 132_007, 132_008, 132_012, 132_015, 132_016}
)
"""Codes that say that a template is not as it is sent, or is not sent at present."""

STANDS: Final = {
    132_001: TemplateStatus.MISSING,
    132_015: TemplateStatus.PAUSED,
    132_016: TemplateStatus.DISABLED,
}

ACCOUNT: Final = frozenset(
    {0, 3, 10, 190, 368, 130_497, 131_005, 131_031, 131_037, 131_042, 131_045, 131_063}
)
"""Codes that say that the account is not good at present: somebody has to look after it."""


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
        return _taken(outcome)

    def _request(self, account: WhatsappCloud, given: Given) -> Request:
        to = {"recipient" if "." in given.to else "to": given.to}
        said = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **to,
            **_said(given),
            "biz_opaque_callback_data": given.called,
        }
        kind = "application/json"
        return Request(
            url=f"{self._url}/{GRAPH}/{account.phone_number_id}/messages",
            headers=[
                ("Accept", kind),
                ("Authorization", f"Bearer {account.access_token.value}"),
                ("Content-Type", kind),
            ],
            body=msgspec.json.encode(said),
            keep=KEPT,
            keep_refusals=True,
        )


def _said(given: Given) -> dict[str, Any]:
    """Return what is said: words, as a template of theirs where they are one, or a file with words. Only documents have
    a name there.
    """
    if given.file is not None:
        kind, caption = given.file.kind, {"caption": given.text} if given.text else {}
        named = {"filename": given.file.name} if kind == "document" else {}
        return {"type": kind, kind: {"id": given.file.media_id, **caption, **named}}
    if given.approved is None:
        return {"type": "text", "text": {"body": given.text, "preview_url": False}}
    name, code, parameters = given.approved.name, given.approved.code, given.approved.parameters
    filled = [_parameter(each) for each in parameters]
    components = [{"type": "body", "parameters": filled}] if filled else []
    template = {"name": name, "language": {"code": code}, "components": components}
    return {"type": "template", "template": template}


def _parameter(parameter: Parameter) -> dict[str, str]:
    name = {"parameter_name": parameter.name} if parameter.name else {}
    return {"type": "text", **name, "text": parameter.value}


def _taken(answer: Answered) -> Taken:
    """Return what they call it. An answer that nobody can read says nothing of whether they have it."""
    if 200 <= answer.status < 300:
        taken = read(answer.body, _Taken)
        if taken is None or not taken.messages:
            raise UncertainError("they may have it: their answer cannot be read")
        return Taken(taken.messages[0].id, taken.contacts[0].wa_id if taken.contacts else None)
    code = refused_by(answer)
    if code is None:
        if answer.status < 500:
            raise NotTakenError(f"status {answer.status}")
        raise UncertainError(f"they may have it: status {answer.status}")
    raise refusal_of(code)


def refused_by(answer: Answered) -> int | None:
    """Return the code by which they say no, if they say one."""
    refused = read(answer.body, _Refused)
    return refused.error.code if refused else None


def refusal_of(code: int) -> NotTakenError | MessageRefusedError:
    """Return what a code means: that it may be taken later, or never."""
    if code in LATER or code in ACCOUNT or 200 <= code < 300:
        return NotTakenError(f"code {code}")
    return MessageRefusedError(
        str(code),
        closed=code == CLOSED,
        of_template=code in OF_TEMPLATES,
        stands=STANDS.get(code),
    )


def read(body: bytes, kind: Any) -> Any:
    """Return a body as this is; None, where it is something else."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
