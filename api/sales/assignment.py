"""By which rule the business gives new leads to those who work there."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Response

from api.requests.answers import Made, answers, of
from api.requests.caller import JSON, Caller
from api.requests.values import form_of
from api.web.gate import may
from api.web.routing import Router
from application.permissions import Permission
from domain.business import users
from domain.business.departments import DEPARTMENTS
from domain.sales import assignment
from domain.sales.assignment import (
    ASSIGNMENT,
    THE_ASSIGNMENT,
    Assigning,
    ChangeAssignment,
    Rule,
    Sharing,
)

MayRead = Annotated[Caller, may(Permission.LEADS_READ)]
MayManage = Annotated[Caller, may(Permission.TENANT_MANAGE)]

RuleBody: Any = form_of(Rule, {}, examples=(Rule(sharing=Sharing.BY_LOAD),))

REFUSED: Final = (
    *of(assignment),
    users.UserNotFound,
    users.UserIsDeactivated,
    DEPARTMENTS.not_found,
    DEPARTMENTS.is_removed,
)

router: Final = Router(prefix="/v1/assignment", tags=["leads"])


@router.get("")
@answers(Made(Assigning))
def show_assignment(caller: MayRead) -> Response:
    """Show the rule by which new leads are given to somebody, and which version of it it is."""
    return Response(msgspec.json.encode(_assignment(caller)), media_type=JSON)


@router.put("")
@answers(Made(Assigning), refuses=REFUSED, any_version=True)
def change_assignment(body: RuleBody, caller: MayManage) -> Response:
    """Give new leads that nobody was given by another rule, the whole of it: without members and sources
    to nobody. It counts from now on: no lead is given to another by it.
    """
    rule = msgspec.convert(body.model_dump(mode="json"), Rule)
    answer = caller.order(ChangeAssignment(rule=rule))
    shown = msgspec.json.encode(_assignment(caller))
    return Response(shown, 200, caller.marks(answer), JSON)


def _assignment(caller: Caller) -> Assigning:
    return caller.ask(lambda past: past.of(ASSIGNMENT, THE_ASSIGNMENT))
