"""Who is to answer somebody who turns to the business: whoever looks after them as a lead; else one of the
department that they turn to. Whoever is away is passed over.
"""

from zlib import crc32

from application.business.members import is_here
from application.conversations.taking_part import joining, recorded
from application.sales.leads import lead_of_person
from application.transact import Changes, Past
from domain.business.departments import DEPARTMENTS
from domain.conversations import threads
from domain.conversations.participants import MemberId
from domain.conversations.threads import THREAD, AssignThread, Thread, ThreadForm
from domain.sales.leads import LEAD
from domain.values import ThreadId, UserId


def given(thread_id: ThreadId, past: Past) -> Changes:
    """Let somebody answer, where nobody is to yet."""
    thread = past.of(THREAD, thread_id)
    if thread.form is not ThreadForm.DEPARTMENT or thread.assignee_id is not None:
        return {}
    assignee = _by_lead(thread, past) or _of_department(thread_id, thread, past)
    if assignee is None:
        return {}
    joined = joining(thread_id, MemberId(assignee), thread, past)
    order = AssignThread(thread_id=thread_id, assignee_id=assignee)
    there = THREAD.fold(joined, thread)
    return recorded(thread_id, thread, [*joined, *threads.assign(order, there)])


def _by_lead(thread: Thread, past: Past) -> UserId | None:
    if thread.client_id is None or (lead_id := lead_of_person(thread.client_id, past)) is None:
        return None
    assignee = past.of(LEAD, lead_id).assignee_id
    return assignee if assignee is not None and is_here(assignee, past) else None


def _of_department(thread_id: ThreadId, thread: Thread, past: Past) -> UserId | None:
    """Return one of them, by the id of the thread: so all have about as many, and nobody waits for a turn."""
    if thread.department_id is None:
        return None
    values = past.of(DEPARTMENTS.aggregate, thread.department_id).values
    here = [each for each in (values.user_ids if values else ()) if is_here(each, past)]
    return here[crc32(thread_id.encode()) % len(here)] if here else None
