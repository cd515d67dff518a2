"""What a business has of templates at Meta, page by page (developers.facebook.com/docs/graph-api/reference/
whats-app-business-account/message_templates).
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

import msgspec

from adapters.configuration.checks import GRAPH
from adapters.whatsapp.cloud import refused_by
from adapters.whatsapp.faults import PASSING
from application.conversations.reviewing import Shelf, TemplatesRefusedError
from application.conversations.whatsapp_templates import NOTHING, STATUSES
from application.operations.jobs import NotTakenError
from application.outgoing import Answered, Failed, Outgoing, Request
from application.reading import read_as
from domain.business.configuration.declared import WhatsappCloud
from domain.conversations.approvals import CODE, NAME, PLACEHOLDER, Approval, TemplateStatus

AT_ONCE: Final = 50
KEPT: Final = 1_000_000
"""Bytes of an answer."""

MOST_SAID: Final = 4_096
"""Characters of one template, where a body has 1,024 and a head and a foot have 60."""

FIELDS: Final = (
    *("name", "status", "category", "language", "components", "parameter_format"),
    *("quality_score", "rejected_reason"),
)
SENDABLE: Final = frozenset({"FLAGGED", "LOCKED", "UNARCHIVED"})
"""Of these it is said besides that they can be sent (pywa, `TemplateStatus`)."""

FILLED: Final = frozenset({"IMAGE", "VIDEO", "DOCUMENT", "LOCATION", "GIF", "PRODUCT"})
"""Heads that are something else in each message."""

PRESSED: Final = frozenset({"QUICK_REPLY", "PHONE_NUMBER", "VOICE_CALL", "URL"})
"""Buttons of which nothing has to be said, if nothing is to be filled in."""

UNKNOWN: Final = frozenset({1, 2})
"""Codes of trouble at Meta, of which it says no more."""

PLAIN: Final = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS"})


class _Button(msgspec.Struct):
    type: str
    url: str = ""


class _Component(msgspec.Struct):
    type: str
    format: str = "TEXT"
    text: str = ""
    buttons: list[_Button] = []


class _Quality(msgspec.Struct):
    score: str | None = None


class _Template(msgspec.Struct):
    name: str
    status: str
    language: str
    category: str | None = None
    parameter_format: str | None = None
    rejected_reason: str | None = None
    quality_score: _Quality | None = None
    components: list[_Component] = []


class _Cursors(msgspec.Struct):
    after: str | None = None


class _Paging(msgspec.Struct):
    cursors: _Cursors = msgspec.field(default_factory=_Cursors)
    next: str | None = None


class _Page(msgspec.Struct):
    data: list[msgspec.Raw]
    paging: _Paging = msgspec.field(default_factory=_Paging)


class CloudShelves:
    """`application.conversations.reviewing.Shelves`."""

    def __init__(self, outgoing: Outgoing, url: str) -> None:
        self._outgoing = outgoing
        self._url = url

    def of(self, account: WhatsappCloud, most: int) -> Shelf:
        """Return them, as many as can be read. Raises TemplatesRefusedError, NotTakenError."""
        found: dict[str, list[Approval]] = {}
        left_out = 0
        for raw in self._all(account, most):
            approval = _approval(raw)
            if approval is None or (approval.name not in found and len(found) >= most):
                left_out += 1
            else:
                found.setdefault(approval.name, []).append(approval)
        in_order = (sorted(each, key=lambda one: one.code) for each in found.values())
        return Shelf([tuple(each) for each in in_order], left_out)

    def _all(self, account: WhatsappCloud, most: int) -> Iterator[msgspec.Raw]:
        """Return all that is there. The address of the next page is ours to say: of theirs, the cursor is taken."""
        after: str | None = None
        for _ in range(most // AT_ONCE * 4):
            page = self._page(account, after)
            yield from page.data
            after = page.paging.cursors.after
            if page.paging.next is None or after is None:
                return

    def _page(self, account: WhatsappCloud, after: str | None) -> _Page:
        asked = {
            "fields": ",".join(FIELDS),
            "limit": AT_ONCE,
            **({"after": after} if after else {}),
        }
        outcome = self._outgoing.send(
            Request(
                method="GET",
                url=f"{self._url}/{GRAPH}/{account.business_account_id}/message_templates?{urlencode(asked)}",
                headers=[
                    ("Accept", "application/json"),
                    ("Authorization", f"Bearer {account.access_token.value}"),
                ],
                keep=KEPT,
                keep_refusals=True,
            )
        )
        if isinstance(outcome, Failed):
            raise NotTakenError(outcome.why.value)
        if not 200 <= outcome.status < 300:
            _refuse(outcome)
        page = read_as(outcome.body, _Page)
        if page is None:
            raise NotTakenError("their answer cannot be read")
        return page


def _refuse(answer: Answered) -> None:
    """Raise TemplatesRefusedError, or NotTakenError where they may be shown later."""
    code = refused_by(answer)
    if code is None or code in PASSING or code in UNKNOWN:
        raise NotTakenError(f"status {answer.status}")
    raise TemplatesRefusedError(str(code))


def _approval(raw: msgspec.Raw) -> Approval | None:
    """Return what is known of one; None, of what cannot be read."""
    read = read_as(raw, _Template)
    if read is None or not _is_kept(read):
        return None
    text = next((each.text for each in read.components if each.type == "BODY"), "")
    quality = read.quality_score.score if read.quality_score else None
    return Approval(
        name=read.name,
        code=read.language,
        status=TemplateStatus.APPROVED
        if read.status in SENDABLE
        else STATUSES.get(read.status, TemplateStatus.PENDING),
        text=text,
        named=read.parameter_format == "NAMED",
        more=_asks_more(read, text),
        category=read.category.lower() if read.category else None,
        quality=quality.lower() if quality else None,
        reason=read.rejected_reason if read.rejected_reason != NOTHING else None,
    )


def _is_kept(template: _Template) -> bool:
    """Whether it is named as templates are, and says no more than one can."""
    said = f"{template.category}{template.rejected_reason}"
    text = "".join(each.text for each in template.components)
    return (
        re.match(NAME, template.name) is not None
        and re.match(CODE, template.language) is not None
        and "\x00" not in said + text
        and len(said + text) <= MOST_SAID
    )


def _asks_more(template: _Template, text: str) -> bool:
    """Whether more has to be said to send it than what stands in its body, or it has none."""
    return not text or any(map(_is_filled, template.components))


def _is_filled(component: _Component) -> bool:
    if component.type not in PLAIN:
        return True
    head = component.type == "HEADER" and (
        component.format in FILLED or bool(PLACEHOLDER.search(component.text))
    )
    return head or any(each.type not in PRESSED or "{{" in each.url for each in component.buttons)
