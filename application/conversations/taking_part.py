"""Who somebody is in a conversation, and how what happens to one is recorded."""

from collections.abc import Iterable, Sequence

from application.business.members import works_here
from application.people.people import records, refuse_unknown_client, survivor
from application.transact import Changes, Past
from domain.business.users import USER
from domain.conversations import threads
from domain.conversations.participants import (
    OURSELVES,
    PHONE,
    MemberId,
    client_of,
    is_staff,
    user_of,
)
from domain.conversations.threads import Thread, ThreadEvent
from domain.messages import Event
from domain.people.clients import CLIENT
from domain.values import ThreadId


def refuse_absent(member_id: MemberId, past: Past) -> None:
    """Refuse whoever is not here. Raises MembersNotFound, ClientNotFound, PersonalDataErased."""
    if (client := client_of(member_id)) is not None:
        refuse_unknown_client(past, survivor(past, client))
        if past.of(CLIENT, survivor(past, client)).erased:
            raise threads.MembersNotFound(member_id=member_id)
    elif not works_here(past.of(USER, user_of(member_id) or "")):
        raise threads.MembersNotFound(member_id=member_id)


def as_known(member_id: MemberId, past: Past) -> MemberId:
    """Return a member; a client by the record that stands for them."""
    client = client_of(member_id)
    return member_id if client is None else MemberId(survivor(past, client))


def as_member(thread: Thread, member_id: MemberId, past: Past) -> MemberId:
    """Return as whom somebody takes part in a thread, if they do."""
    return one_of(thread.members, member_id, past)


def records_of(member_id: MemberId, past: Past) -> tuple[MemberId, ...]:
    """Return all by which somebody may take part."""
    client = client_of(member_id)
    if client is None:
        return (member_id,)
    return tuple(MemberId(each) for each in records(past, client))


def one_of(known: Iterable[MemberId], member_id: MemberId, past: Past) -> MemberId:
    """Return as whom somebody is known there: a client may have taken part under another of their records."""
    client = client_of(member_id)
    if client is None or member_id in known:
        return member_id
    theirs = (MemberId(each) for each in records(past, client))
    return next((each for each in theirs if each in known), member_id)


def logins_of(member_id: MemberId, past: Past) -> frozenset[str]:
    """Return the users by whom a member logs in."""
    client = client_of(member_id)
    if client is None:
        return frozenset({member_id})
    known = (past.of(CLIENT, each).user_id for each in records(past, client))
    return frozenset(each for each in known if each is not None)


def joining(
    thread_id: ThreadId, member_id: MemberId, thread: Thread, past: Past
) -> Sequence[ThreadEvent]:
    """Let whoever works here take part, if they do not yet. Raises TooManyMembers."""
    if member_id in (*thread.members, PHONE, OURSELVES) or not is_staff(member_id):
        return []
    if len(thread.members) >= threads.MOST_MEMBERS:
        raise threads.TooManyMembers(most=threads.MOST_MEMBERS)
    return [threads.joined(thread_id, member_id, thread, past.now)]


def recorded(thread_id: ThreadId, thread: Thread, events: Sequence[ThreadEvent]) -> Changes:
    """Record what happens to a thread, and what it has come to when it is time to say so."""
    found: Sequence[Event] = threads.carried(thread_id, thread, events) if events else events
    return {thread_id: found}
