"""Whatever is said, read, changed and taken back, by whomever and in whichever order: places are dense, and
everybody knows how much they have not read.
"""

from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from application.use_cases import USE_CASES
from domain.conversations.messages import (
    DeleteMessage,
    EditMessage,
    MessageDeleted,
    MessageKind,
    MessagePosted,
    PostMessage,
    message_at,
)
from domain.conversations.participants import MemberId, is_staff
from domain.conversations.threads import (
    CARRIED_EVERY,
    THREAD,
    AddMember,
    MarkRead,
    MemberJoined,
    RemoveMember,
    Thread,
    ThreadCarried,
    thread_of,
)
from domain.messages import Command, DomainError
from projections.conversations.inbox import INBOX, entry_of
from tests.conversations.threads.examples import PEOPLE, now, open_group, there
from tests.in_memory import InMemory

GROUP: Final = thread_of(open_group)

STEPS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("says"), st.sampled_from(PEOPLE), st.sampled_from(MessageKind)),
        st.tuples(st.just("reads"), st.sampled_from(PEOPLE), st.integers(0, 30)),
        st.tuples(st.just("deletes"), st.sampled_from(PEOPLE), st.integers(1, 30)),
        st.tuples(st.just("edits"), st.sampled_from(PEOPLE), st.integers(1, 30)),
        st.tuples(st.sampled_from(["joins", "leaves"]), st.sampled_from(PEOPLE), st.just(0)),
    ),
    max_size=50,
)


def order_of(what: str, who: MemberId, which: Any) -> Command:
    match what:
        case "says":
            return PostMessage(thread_id=GROUP, author=who, text="Bonjour", kind=which)
        case "reads":
            return MarkRead(thread_id=GROUP, member_id=who, sequence=which)
        case "deletes":
            return DeleteMessage(message_id=message_at(GROUP, which), by=who)
        case "edits":
            return EditMessage(message_id=message_at(GROUP, which), by=who, text="Bonsoir")
        case "joins":
            return AddMember(thread_id=GROUP, member_id=who)
        case _:
            return RemoveMember(thread_id=GROUP, member_id=who)


def group_after(steps: list[tuple[str, MemberId, Any]]) -> InMemory:
    past = there(InMemory(USE_CASES, now))
    past.run(open_group)
    for step in steps:
        try:
            past.run(order_of(*step))
        except DomainError:
            continue
    return past


def messages_of(past: InMemory) -> list[tuple[MessagePosted, bool]]:
    """Return what was said, in order, and whether it is there no more."""
    said = [
        (posted, any(isinstance(each, MessageDeleted) for each in events))
        for events in past.streams.values()
        if isinstance(posted := events[0], MessagePosted)
    ]
    return sorted(said, key=lambda each: each[0].sequence)


def unread_of(past: InMemory, who: MemberId, thread: Thread) -> int:
    """Count what somebody has not read, by what was said."""
    return sum(
        posted.author != who
        and posted.sequence > thread.members[who].read
        and posted.kind is not MessageKind.SYSTEM
        and (is_staff(who) or posted.kind is not MessageKind.NOTE)
        and not deleted
        for posted, deleted in messages_of(past)
    )


@given(STEPS)
def test_places_are_dense_and_everybody_knows_what_they_have_not_read(
    steps: list[tuple[str, MemberId, Any]],
) -> None:
    past = group_after(steps)
    thread = past.of(THREAD, GROUP)
    assert [posted.sequence for posted, _ in messages_of(past)] == [*range(1, thread.last + 1)]
    for who, member in thread.members.items():
        assert member.unread == unread_of(past, who, thread) >= 0


@given(STEPS)
def test_the_inbox_shows_what_the_thread_knows(steps: list[tuple[str, MemberId, Any]]) -> None:
    past = group_after(steps)
    rows: dict[str, Any] = {}
    for event in past.streams[GROUP]:
        if isinstance(event, INBOX.subscribes_to):
            for key in INBOX.key(event):
                rows[key] = INBOX.evolve(rows.get(key), event)
    known = past.of(THREAD, GROUP).members
    shown = {key: (row.read, row.unread, row.since) for key, row in rows.items() if row}
    assert shown == {entry_of(GROUP, w): (m.read, m.unread, m.since) for w, m in known.items()}


@given(STEPS)
def test_what_somebody_has_read_never_goes_back(steps: list[tuple[str, MemberId, Any]]) -> None:
    past = there(InMemory(USE_CASES, now))
    past.run(open_group)
    for step in steps:
        before = past.of(THREAD, GROUP).members
        try:
            events = past.run(order_of(*step))
        except DomainError:
            continue
        stays = {w for w in before if not any(isinstance(e, MemberJoined) for e in events)}
        after = past.of(THREAD, GROUP).members
        assert all(after[w].read >= before[w].read for w in stays & after.keys())


@given(st.lists(STEPS, min_size=1, max_size=3), st.integers(0, 30))
def test_who_begins_where_it_was_said_what_a_thread_has_come_to_knows_the_same(
    many: list[list[tuple[str, MemberId, Any]]], more: int
) -> None:
    said = [("says", who, MessageKind.TEXT) for who in PEOPLE] * (CARRIED_EVERY // 3)
    past = group_after([*said, *(step for steps in many for step in steps), *said[:more]])
    history = past.streams[GROUP]
    [*_, last] = [n for n, each in enumerate(history) if isinstance(each, ThreadCarried)]
    assert THREAD.fold(history[last:]) == THREAD.fold(history)  # type: ignore[arg-type]
    gaps = [each for each in history[last + 1 :] if not isinstance(each, ThreadCarried)]
    assert len(gaps) < CARRIED_EVERY + 10
