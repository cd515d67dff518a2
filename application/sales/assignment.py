"""To whom a new lead is given that was given to nobody; and how many leads each of them has.

Both are decided with the lead, in one append, on what each caseload says at that moment. So two that come at
once never count as one, in whichever process: they are decided one after the other. See decision 0049.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from application.business.members import is_here
from application.transact import Changes, Past, UseCase
from domain.business.departments import DEPARTMENTS, MEMBERS
from domain.business.users import USER
from domain.messages import Command
from domain.records import to
from domain.sales import assignment
from domain.sales.assignment import (
    ASSIGNMENT,
    THE_ASSIGNMENT,
    ChangeAssignment,
    Given,
    Rule,
    chosen,
)
from domain.sales.caseloads import CASELOAD, caseload_of, left, taken
from domain.sales.leads import OPEN, Lead
from domain.values import LeadId, UserId

OF_DEPARTMENT: Final = to(DEPARTMENTS)


def change_assignment(command: ChangeAssignment, past: Past) -> Changes:
    """Whoever is named newly has to work here, and a department to be in use."""
    known = past.of(ASSIGNMENT, THE_ASSIGNMENT)
    changed = assignment.change(command, known)
    users, departments = _named(command.rule), _departments(command.rule)
    for user in users - _named(known.rule):
        MEMBERS.refuse(past.of(USER, user))
    for department in departments - _departments(known.rule):
        OF_DEPARTMENT.refuse(past.of(DEPARTMENTS.aggregate, department))
    return {THE_ASSIGNMENT: changed}


def given_by_rule(source: str | None, past: Past) -> Given | None:
    """Return to whom the rule of the business gives a lead; None: to nobody."""
    rule = past.of(ASSIGNMENT, THE_ASSIGNMENT).rule
    for group in _groups(rule, source, past):
        here = [each for each in group if is_here(each, past)]
        if here:
            # One after the other by name, so that who asks at once asks for the same first.
            known = {each: past.of(CASELOAD, caseload_of(each)) for each in sorted(here)}
            return chosen({each: known[each] for each in here}, rule.sharing)
    return None


def counted(
    lead_id: LeadId, before: Lead, after: Lead, past: Past, turn: int | None = None
) -> Changes:
    """Return what changes of the caseloads when a lead becomes what it is after."""
    had, has = _holder(before), _holder(after)
    if had == has:
        return {}
    changes: dict[str, Any] = {}
    for user in sorted(each for each in (had, has) if each is not None):
        past.of(CASELOAD, caseload_of(user))  # at no other version than that which others have seen
        events = taken(user, lead_id, turn) if user == has else left(user, lead_id)
        changes[caseload_of(user)] = events
    return changes


def _holder(lead: Lead) -> UserId | None:
    """Return who looks after a lead that is open, and was not removed."""
    is_open = lead.is_there and lead.status in OPEN
    return lead.assignee_id if is_open else None


def _groups(rule: Rule, source: str | None, past: Past) -> Iterator[Sequence[UserId]]:
    """Return those who may be given a lead: first whose source it is, then all."""
    named = rule.of(source)
    if named is not None and named.user_id is not None:
        yield (named.user_id,)
    if named is not None and named.department_id is not None:
        department = past.of(DEPARTMENTS.aggregate, named.department_id)
        yield department.values.user_ids if department.active and department.values else ()
    yield rule.members


def _named(rule: Rule) -> set[UserId]:
    of_sources = {each.user_id for each in rule.sources if each.user_id is not None}
    return {*rule.members, *of_sources}


def _departments(rule: Rule) -> set[str]:
    return {each.department_id for each in rule.sources if each.department_id is not None}


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {ChangeAssignment: change_assignment}
