"""How far a message has come is told in whichever order, repeated and not at all."""

from datetime import timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.conversations.messages import (
    ARRIVED,
    MESSAGE,
    PROGRESS,
    Message,
    MessageStatus,
    ReportMessage,
    report,
)
from tests.conversations.threads.examples import message_id, message_posted, now

QUEUED: Final = MESSAGE.fold([replace(message_posted, status=MessageStatus.QUEUED)])

REPORTS: Final = st.lists(
    st.builds(
        lambda status, seconds: ReportMessage(
            message_id=message_id, status=status, at=now + timedelta(seconds=seconds)
        ),
        st.sampled_from(MessageStatus),
        st.integers(0, 5),
    ),
    max_size=12,
)


def steps(reports: list[ReportMessage]) -> list[Message]:
    """Return the message after each report."""
    found = [QUEUED]
    for each in reports:
        found.append(MESSAGE.fold(report(each, found[-1]), found[-1]))
    return found


@given(REPORTS)
def test_whatever_is_told_in_whichever_order_a_status_never_goes_back(
    reports: list[ReportMessage],
) -> None:
    for before, after in zip(steps(reports), steps(reports)[1:], strict=False):
        if MessageStatus.FAILED not in (before.status, after.status):
            assert PROGRESS.index(after.status) >= PROGRESS.index(before.status)


@given(REPORTS)
def test_only_what_shows_that_it_came_may_follow_a_failure(reports: list[ReportMessage]) -> None:
    found = steps(reports)
    for n, each in enumerate(reports):
        if found[n].status is MessageStatus.FAILED and found[n + 1].status is not found[n].status:
            assert each.status in ARRIVED
            assert (failed_at := found[n].failed_at) is not None
            assert each.at >= failed_at
        if found[n].status in ARRIVED:
            assert found[n + 1].status in ARRIVED


@given(REPORTS.map(lambda each: [r for r in each if r.status is not MessageStatus.FAILED]))
def test_without_a_failure_the_order_does_not_matter(reports: list[ReportMessage]) -> None:
    assert steps(reports)[-1].status is steps(reports[::-1])[-1].status


@given(REPORTS)
def test_what_is_told_twice_is_told_once(reports: list[ReportMessage]) -> None:
    twice = [each for each in reports for _ in range(2)]
    assert steps(twice)[-1] == steps(reports)[-1]
