"""Importing leads over HTTP: a file in one request, and an operation that takes its rows in."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import Response
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.files.sent import AROUND, FORM, FormMalformed, said, sent
from api.problems.words import said_in
from api.requests.answers import Made, answers
from api.requests.at_length import Operation, accepted, language_of, refusal_of
from api.requests.caller import JSON, Caller
from api.requests.forms import Body, Channel
from api.web.gate import may
from api.web.routing import Router
from api.web.sizes import taking_bytes
from api.web.turns import heavy
from application.business.tenants import zone_of
from application.dispatch import IdempotencyKeyReused
from application.operations.long_operations import (
    IMPORT_LEADS,
    OperationFailed,
    TooManyOperations,
)
from application.permissions import Permission
from application.sales.imports.columns import Field as Meaning
from application.sales.imports.dates import Dates
from application.sales.imports.preview import Previewed, previewed
from application.sales.imports.refusals import OF_FILES
from application.sales.imports.rows import Fault, Here
from application.sales.imports.sending import (
    CHANNEL,
    DAILY,
    MOST_DAILY,
    Business,
    Given,
    Sheet,
    Wishes,
    given_of,
    sheet_of,
)
from application.sales.imports.taking_in import Outcome
from domain.sales.companies import Company
from domain.sales.leads import LeadStatus, Touch
from domain.values import TenantId, UserId
from projections.business.users import USERS, members_by_address

MayWrite = Annotated[Caller, may(Permission.LEADS_WRITE)]

MEGABYTE: Final = 1_000_000
MOST_BYTES: Final = 20 * MEGABYTE
LONGEST_MAPPING: Final = 20_000
SHOWN: Final = 10
"""Rows that a preview shows as they are read; and of those that are refused, the first hundred."""
REFUSED: Final = 100

TYPES: Final = ("text/csv", "application/jsonl")

router: Final = Router(prefix="/v1/imports", tags=["leads"])


# --- What is sent ---------------------------------------------------------------------


def _object_in(text: Any) -> dict[str, str]:
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except (msgspec.DecodeError, TypeError):
        raise PydanticCustomError("object-malformed", "A JSON object of texts is wanted") from None


Mapping = Annotated[dict[str, str], BeforeValidator(_object_in), Field(max_length=100)]
Daily = Annotated[int, Field(ge=1, le=MOST_DAILY)]


class Wished(Body):
    """What is said of a file besides: see `Wishes`."""

    preview: bool = False
    mapping: Mapping = Field(default_factory=dict)
    dates: Dates | None = None
    channel: Channel = CHANNEL
    tasks: bool = False
    daily_limit: Daily = DAILY

    def wishes(self) -> Wishes:
        """Return the value."""
        return Wishes(**self.model_dump(exclude={"preview"}))


def _binary() -> dict[str, Any]:
    return {"schema": {"type": "string", "format": "binary"}}


TO_SEND: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            **{each: _binary() for each in TYPES},
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": _binary()["schema"],
                        "preview": {"type": "boolean"},
                        "mapping": {"type": "string", "maxLength": LONGEST_MAPPING},
                        "dates": {"type": "string", "enum": [*Dates]},
                        "channel": {"type": "string"},
                        "tasks": {"type": "boolean"},
                        "daily_limit": {"type": "integer", "minimum": 1, "maximum": MOST_DAILY},
                    },
                    "required": ["file"],
                }
            },
        },
    }
}


# --- What a preview tells -------------------------------------------------------------


class PreviewedColumn(msgspec.Struct):
    """A column, and what it is taken for; nothing of it is taken in where there is no field."""

    name: str
    field: Meaning | None


class PreviewedLead(msgspec.Struct, kw_only=True):
    """A row as it is read, and what will become of it."""

    line: int
    outcome: Outcome
    code: str | None
    name: str
    email: str | None
    phone: str | None
    external_id: str | None
    touch: Touch
    message: str | None
    created_at: datetime | None
    status: LeadStatus
    assignee_id: UserId | None
    company: Company | None


class RefusedRow(msgspec.Struct):
    """Why a row will be refused, and for which column, if it is for one."""

    line: int
    code: str
    column: str | None
    reason: str


class Preview(msgspec.Struct, kw_only=True):
    """What will become of so many `rows`, of which as many as were `looked_at` were tried; nothing of it was
    recorded. `first` are those that are taken in first: who came first is.
    """

    rows: int
    looked_at: int
    columns: list[PreviewedColumn]
    dates: Dates | None
    new: int
    attached: int
    already_there: int
    refused: int
    refusals: list[RefusedRow]
    first: list[PreviewedLead]


@router.post("", status_code=202, openapi_extra=TO_SEND)
@answers(
    Made(Operation, instead={200: Preview}),
    refuses=(*OF_FILES, FormMalformed, TooManyOperations, IdempotencyKeyReused),
    any_version=True,
)
@taking_bytes(MOST_BYTES + AROUND)
@heavy
def import_leads(
    caller: MayWrite,
    preview: bool | None = None,  # noqa: ARG001, FBT001 - with bytes alone, these stand here: see `sent`
    mapping: Annotated[str | None, Field(max_length=LONGEST_MAPPING)] = None,  # noqa: ARG001
    dates: Dates | None = None,  # noqa: ARG001
    channel: Channel | None = None,  # noqa: ARG001
    tasks: bool | None = None,  # noqa: ARG001, FBT001
    daily_limit: Daily | None = None,  # noqa: ARG001
) -> Response:
    """Take in leads from a file, CSV or a JSON object a line: bytes alone, or as a form. Nobody is told, and
    no tasks are made, unless `tasks` asks for so many a day; then one mail sums up. `mapping` (JSON) says
    which column is which field. Rows that are refused are in the file of the operation, with the reasons.
    With `preview`, it is only said what would become of it.
    """
    caller.refuse_outdated()
    came = sent(caller)
    body = said(Wished, {name: text for name, text in came.fields.items() if name != "name"})
    wishes, business = body.wishes(), _business(caller)
    sheet = sheet_of(came.content, wishes, business)
    given = given_of(sheet, wishes, business, _members(caller, sheet), language_of(caller))
    if body.preview:
        found = _previewed(caller, sheet, given)
        return Response(msgspec.json.encode(preview_of(given, found)), media_type=JSON)
    return accepted(
        caller,
        IMPORT_LEADS,
        about="leads",
        given=msgspec.to_builtins(given),
        sent=[*sheet.parts],
    )


def _business(caller: Caller) -> Business:
    time_zone = caller.ask(lambda past: zone_of(caller.principal.tenant_id, past))
    return Business(caller.country, time_zone, caller.now)


def _members(caller: Caller, sheet: Sheet) -> dict[str, UserId]:
    if not sheet.members:
        return {}
    with caller.asking(USERS) as (connection, _):
        return {**members_by_address(connection, caller.tenant, sheet.members)}


def _previewed(caller: Caller, sheet: Sheet, given: Given) -> Sequence[Previewed]:
    here = Here(TenantId(caller.tenant), caller.backend.pepper.encode(), given.members)
    return caller.ask(lambda past: previewed(sheet, given, here, past))


def preview_of(given: Given, found: Sequence[Previewed]) -> Preview:
    """Return what a preview tells."""
    counts = Counter(each.outcome for each in found)
    faults = [(each.line, each.fault) for each in found if each.fault is not None]
    return Preview(
        rows=given.rows,
        looked_at=len(found),
        columns=_columns(given),
        dates=given.reading.dates,
        refusals=[_refused(*each, given) for each in faults[:REFUSED]],
        first=_leads(found)[:SHOWN],
        **{str(outcome): counts[outcome] for outcome in Outcome},
    )


def _columns(given: Given) -> list[PreviewedColumn]:
    columns = given.reading.columns
    meanings = {place: field for field, place in columns.places.items()}
    return [PreviewedColumn(name, meanings.get(n)) for n, name in enumerate(columns.names)]


def _refused(line: int, fault: Fault, given: Given) -> RefusedRow:
    reason = said_in(given.language, refusal_of(fault.code) or OperationFailed).detail
    return RefusedRow(line, fault.code, given.reading.columns.name_of(fault.field), reason)


def _leads(found: Sequence[Previewed]) -> list[PreviewedLead]:
    return [
        PreviewedLead(
            line=line,
            outcome=outcome,
            code=fault and fault.code,
            name=said.contact.name,
            email=said.contact.email,
            phone=said.contact.phone,
            external_id=said.known.id if said.known else None,
            touch=said.touch,
            message=said.message,
            created_at=said.at,
            status=said.status,
            assignee_id=said.assignee_id,
            company=said.company,
        )
        for line, said, outcome, fault in found
        if said is not None
    ]
