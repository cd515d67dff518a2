"""Use cases of merging: two records become one person, and whoever logs in as either is that person."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

from application.people.people import merged_records, records
from application.transact import Changes, Past, Since, one_by_one
from domain.business import users
from domain.business.users import USER, UserStatus
from domain.people import clients
from domain.people.clients import CLIENT, MOST_RECORDS, PersonHasTooManyRecords, TwoUsersLogIn
from domain.values import ClientId, UserId


def merge(command: clients.MergeClients, past: Past) -> Changes:
    """Let a client stand for others, each of whom is refused or merged with all that they stand for."""
    return one_by_one(command.sources, past, partial(_merge, command.client_id))


def unmerge(command: clients.UnmergeClients, past: Past) -> Changes:
    """Let others be somebody of their own again, with whoever logs in by a record of theirs."""
    return one_by_one(command.sources, past, partial(_unmerge, command.client_id))


def _merge(client_id: ClientId, source_id: ClientId, past: Past) -> Changes:
    ours, theirs = past.of(CLIENT, client_id), past.of(CLIENT, source_id)
    both = clients.merge(client_id, ours, source_id, theirs, now=past.now)
    if not both:
        return {}
    all_ = (*records(past, client_id), *records(past, source_id))
    _refuse_too_many(all_)
    log_in = _users(all_, past)
    _refuse_two(log_in, past)
    leaving = merged_records(past, source_id)
    settled = [_settled(each, client_id, all_, leaving, past) for each in log_in]
    return {**both, **{stream: events for each in settled for stream, events in each.items()}}


def _unmerge(client_id: ClientId, source_id: ClientId, past: Past) -> Changes:
    ours, theirs = past.of(CLIENT, client_id), past.of(CLIENT, source_id)
    both = clients.unmerge(client_id, ours, source_id, theirs, now=past.now)
    if not both:
        return {}
    after = Since(past, both)
    sides = {each: merged_records(after, each) for each in (client_id, source_id)}
    log_in = {each: _users(side, past) for each, side in sides.items()}
    changes = dict[str, Any](both)
    for own, other in ((client_id, source_id), (source_id, client_id)):
        for user_id in log_in[own]:
            lost = () if user_id in log_in[other] else sides[other]
            changes.update(_settled(user_id, own, sides[own], lost, past, lost=lost))
    return changes


def _settled(
    user_id: UserId,
    client_id: ClientId,
    gained: Iterable[ClientId],
    leaving: Collection[ClientId],
    past: Past,
    *,
    lost: Collection[ClientId] = (),
) -> Changes:
    """Say who a user is as a client: this one, if what they were is no more, and who they were else."""
    user = past.of(USER, user_id)
    kept = dict.fromkeys((user.client_id, *user.earlier_clients, *gained))
    own = client_id if user.client_id is None or user.client_id in leaving else user.client_id
    others = tuple(e for e in kept if e is not None and e != own and e not in lost)
    return {user_id: users.settle_clients(user_id, own, others, user)}


def _users(records_: Iterable[ClientId], past: Past) -> tuple[UserId, ...]:
    found = (past.of(CLIENT, each).user_id for each in records_)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _refuse_too_many(records_: Iterable[ClientId]) -> None:
    if len({*records_}) > MOST_RECORDS:
        raise PersonHasTooManyRecords(most=MOST_RECORDS)


def _refuse_two(log_in: Iterable[UserId], past: Past) -> None:
    active = tuple(e for e in log_in if past.of(USER, e).status is UserStatus.ACTIVE)
    if len(active) > 1:
        raise TwoUsersLogIn(user_ids=active)
