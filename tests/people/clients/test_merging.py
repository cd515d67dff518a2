"""Two records of one person become one, and can be two again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from application.people.people import records, survivor
from application.use_cases import USE_CASES
from domain.business.users import (
    USER,
    AddUser,
    DeactivateUser,
    ProveAddress,
    Role,
    UserClientsSettled,
)
from domain.messages import Command, DomainError
from domain.people.clients import (
    CLIENT,
    MOST_RECORDS,
    AddClientNote,
    ChangeClient,
    ClientIsErased,
    ClientIsMerged,
    ClientIsNotMerged,
    ClientMergedWithThemselves,
    ClientNotFound,
    ClientRegistered,
    ClientStatus,
    EraseClient,
    MergeClients,
    MergeIsFinal,
    PersonHasTooManyRecords,
    RegisterClient,
    TwoUsersLogIn,
    UnmergeClients,
)
from domain.people.identities import IDENTITY, ClientAlreadyExists
from domain.values import ClientId, Contact, IdentityId, NoteId, TenantId, UserId
from tests.in_memory import InMemory
from tests.people.clients.examples import (
    another_client_id,
    client_absorbed,
    client_id,
    client_merged,
    client_released,
    client_unmerged,
    merge_clients,
    unmerge_clients,
)

NOW: Final = datetime(2026, 11, 21, 9, tzinfo=UTC)
third_id: Final = ClientId("client-0198c0de-0000-7000-8000-000000000003")
of_first: Final = IdentityId("identity-00000000-0000-5000-8000-000000000011")
of_second: Final = IdentityId("identity-00000000-0000-5000-8000-000000000012")
OWN: Final = {client_id: of_first, another_client_id: of_second}
tenant: Final = TenantId("0198c0de-0000-7000-8000-0000000000aa")
eve: Final = UserId("user-0198c0de-0000-7000-8000-000000000007")
noor: Final = UserId("user-0198c0de-0000-7000-8000-000000000008")


@pytest.fixture
def business() -> InMemory:
    return three_known()


def three_known() -> InMemory:
    """Return a business that knows three records, two of them by an address."""
    past = InMemory(USE_CASES, NOW)
    for each in (client_id, another_client_id, third_id):
        past.run(
            RegisterClient(
                client_id=each,
                contact=Contact(name="Zoé"),
                identities=tuple(OWN[e] for e in (each,) if e in OWN),
            )
        )
    return past


def log_in_as(past: InMemory, user_id: UserId, known: ClientId) -> None:
    past.run(
        AddUser(
            tenant_id=tenant,
            user_id=user_id,
            name="Zoé",
            email="zoe@example.org",
            roles=(Role.CLIENT,),
            client_id=known,
        )
    )


# --- One person -----------------------------------------------------------------------


def test_a_merged_record_is_the_survivor_from_now_on(business: InMemory) -> None:
    happened = business.run(merge_clients)

    assert happened == [client_absorbed, client_merged]
    assert survivor(business, another_client_id) == client_id
    assert records(business, another_client_id) == records(business, client_id)


def test_merging_twice_changes_nothing(business: InMemory) -> None:
    business.run(merge_clients)

    assert business.run(merge_clients) == []


@pytest.mark.parametrize(
    "order",
    [
        ChangeClient(client_id=another_client_id, contact=Contact(name="Zoë")),
        AddClientNote(client_id=another_client_id, note_id=NoteId("note-1"), text="Likes tea."),
        MergeClients(client_id=another_client_id, sources=(third_id,)),
        MergeClients(client_id=third_id, sources=(another_client_id,)),
        MergeClients(client_id=another_client_id, sources=(client_id,)),
    ],
)
def test_who_was_merged_is_ordered_about_as_the_survivor(
    business: InMemory, order: Command
) -> None:
    business.run(merge_clients)

    with pytest.raises(ClientIsMerged) as refused:
        business.run(order)

    assert refused.value.facts == {"into": client_id}


def test_nobody_is_merged_with_themselves(business: InMemory) -> None:
    with pytest.raises(ClientMergedWithThemselves):
        business.run(replace(merge_clients, sources=(client_id,)))


def test_who_is_not_there_is_not_merged(business: InMemory) -> None:
    with pytest.raises(ClientNotFound):
        business.run(replace(merge_clients, sources=(ClientId("client-9"),)))


def test_who_is_erased_is_not_merged(business: InMemory) -> None:
    business.run(EraseClient(client_id=another_client_id))

    with pytest.raises(ClientIsErased):
        business.run(merge_clients)


def test_all_are_merged_or_none(business: InMemory) -> None:
    with pytest.raises(ClientNotFound):
        business.run(replace(merge_clients, sources=(another_client_id, ClientId("client-9"))))

    assert business.of(CLIENT, another_client_id).merged_into is None


def test_who_stands_for_others_can_be_merged_with_all_of_them(business: InMemory) -> None:
    business.run(merge_clients)
    business.run(MergeClients(client_id=third_id, sources=(client_id,)))

    assert survivor(business, another_client_id) == third_id
    assert {*records(business, client_id)} == {client_id, another_client_id, third_id}


def test_one_person_has_a_bounded_number_of_records(business: InMemory) -> None:
    more = [ClientId(f"client-{n}") for n in range(MOST_RECORDS)]
    for each in more:
        known = Contact(name="Zoé")
        business.record(
            each, ClientRegistered(client_id=each, contact=known, status=ClientStatus.LEAD)
        )
    business.run(replace(merge_clients, sources=tuple(more[1:])))

    with pytest.raises(PersonHasTooManyRecords):
        business.run(replace(merge_clients, sources=(more[0],)))


# --- What names them ------------------------------------------------------------------


def test_the_address_of_a_merged_record_is_the_survivors_to_bear(business: InMemory) -> None:
    business.run(merge_clients)

    business.run(
        ChangeClient(
            client_id=client_id, contact=Contact(name="Zoé"), identities=(of_first, of_second)
        )
    )

    assert business.of(IDENTITY, of_second).owner == another_client_id


def test_whoever_comes_with_the_address_of_a_merged_record_is_told_who_stands_for_it(
    business: InMemory,
) -> None:
    business.run(merge_clients)
    new = RegisterClient(
        client_id=ClientId("client-9"), contact=Contact(name="Zoé"), identities=(of_second,)
    )

    with pytest.raises(ClientAlreadyExists) as refused:
        business.run(new)

    assert refused.value.facts == {"client_id": client_id}


# --- Undone ---------------------------------------------------------------------------


def test_within_thirty_days_they_are_two_again(business: InMemory) -> None:
    business.run(merge_clients)
    business.now += timedelta(days=30)

    assert business.run(unmerge_clients) == [client_released, client_unmerged]
    assert records(business, another_client_id) == (another_client_id,)
    assert business.run(unmerge_clients) == []


def test_after_thirty_days_they_stay_one(business: InMemory) -> None:
    business.run(merge_clients)
    business.now += timedelta(days=30, microseconds=1)

    with pytest.raises(MergeIsFinal) as refused:
        business.run(unmerge_clients)

    assert refused.value.facts == {"undo_until": NOW + timedelta(days=30)}


def test_only_from_whom_they_were_merged_into_are_they_parted(business: InMemory) -> None:
    business.run(merge_clients)

    with pytest.raises(ClientIsNotMerged):
        business.run(replace(unmerge_clients, client_id=third_id))


def test_what_was_claimed_before_is_whose_it_was(business: InMemory) -> None:
    business.run(merge_clients)
    both = ChangeClient(
        client_id=client_id, contact=Contact(name="Zoé"), identities=(of_first, of_second)
    )
    business.run(both)
    business.run(unmerge_clients)
    business.run(replace(both, identities=()))

    assert business.of(IDENTITY, of_first).owner is None
    assert business.of(IDENTITY, of_second).owner == another_client_id


# --- Who logs in ----------------------------------------------------------------------


@pytest.mark.parametrize("known", [client_id, another_client_id])
def test_who_logs_in_as_one_is_the_survivor_with_all_that_is_of_both(
    business: InMemory, known: ClientId
) -> None:
    log_in_as(business, eve, known)

    happened = business.run(merge_clients)

    settled = UserClientsSettled(user_id=eve, client_id=client_id, others=(another_client_id,))
    assert happened == [client_absorbed, client_merged, settled]
    assert records(business, another_client_id) == (client_id, another_client_id)


@pytest.mark.parametrize("known", [client_id, another_client_id])
def test_whoever_logged_in_goes_with_their_record(business: InMemory, known: ClientId) -> None:
    log_in_as(business, eve, known)
    business.run(merge_clients)

    business.run(unmerge_clients)

    user = business.of(USER, eve)
    assert (user.client_id, user.earlier_clients) == (known, ())
    assert records(business, known) == (known,)


def test_two_who_log_in_are_not_made_one(business: InMemory) -> None:
    log_in_as(business, eve, client_id)
    log_in_as(business, noor, another_client_id)

    with pytest.raises(TwoUsersLogIn) as refused:
        business.run(merge_clients)

    assert refused.value.facts == {"user_ids": (eve, noor)}


def test_whoever_logs_in_no_more_is_in_nobodys_way(business: InMemory) -> None:
    log_in_as(business, eve, client_id)
    log_in_as(business, noor, another_client_id)
    business.run(DeactivateUser(tenant_id=tenant, user_id=noor))

    business.run(merge_clients)

    assert business.of(USER, eve).earlier_clients == (another_client_id,)


def test_who_proves_the_address_of_a_merged_record_is_the_survivor_until_it_is_undone(
    business: InMemory,
) -> None:
    log_in_as(business, eve, third_id)
    business.run(merge_clients)

    business.run(ProveAddress(user_id=eve, identity_id=of_second))
    known = business.of(USER, eve)
    business.run(unmerge_clients)
    after = business.of(USER, eve)

    assert (known.client_id, {*known.earlier_clients}) == (client_id, {third_id, another_client_id})
    assert (after.client_id, after.earlier_clients) == (another_client_id, (third_id,))


# --- Over all histories ---------------------------------------------------------------


def what_is_known(past: InMemory) -> Mapping[str, Any]:
    """Return what is known of everybody, in no order."""
    user = past.of(USER, eve)
    return {
        **{each: past.of(CLIENT, each) for each in (client_id, another_client_id, third_id)},
        **{each: past.of(IDENTITY, each) for each in OWN.values()},
        eve: (user.client_id, {*user.earlier_clients}),
    }


some = st.sampled_from([client_id, another_client_id, third_id])
merges = st.lists(st.tuples(some, some), max_size=3)


@given(before=merges, survivor_=some, source=some, login=some)
def test_to_merge_and_undo_it_leaves_everything_as_it_was(
    before: list[tuple[ClientId, ClientId]],
    survivor_: ClientId,
    source: ClientId,
    login: ClientId,
) -> None:
    past = three_known()
    log_in_as(past, eve, login)
    for one, other in before:
        tried(past, MergeClients(client_id=one, sources=(other,)))
    known = what_is_known(past)
    is_done = tried(past, MergeClients(client_id=survivor_, sources=(source,)))

    if is_done:
        assert past.run(UnmergeClients(client_id=survivor_, sources=(source,)))

    assert what_is_known(past) == known


def tried(past: InMemory, order: Command) -> bool:
    """Whether something happened."""
    try:
        return past.run(order) != []
    except DomainError:
        return False
