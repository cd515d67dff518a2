import pytest
from msgspec.structs import replace

from domain.people import clients
from domain.people.clients import CLIENT, Client, ClientErased, ClientEvent, ClientStatus
from tests.people.clients.examples import (
    add_client_note,
    another_user_id,
    change_client,
    change_client_status,
    client_changed,
    client_erased,
    client_id,
    client_linked_to_user,
    client_note_added,
    client_registered,
    client_status_changed,
    erase_client,
    guest_booking,
    link_client_to_user,
    married_zoe,
    register_client,
)


def given(*history: ClientEvent) -> Client:
    return CLIENT.fold(history)


# --- Registering ----------------------------------------------------------------------


def test_a_new_client_is_a_lead() -> None:
    registered = clients.register(register_client, given())

    assert registered == [client_registered]
    assert given(*registered).status == ClientStatus.LEAD


def test_a_client_may_be_registered_with_another_status() -> None:
    command = replace(register_client, status=ClientStatus.ACTIVE)

    assert given(*clients.register(command, given())).status == ClientStatus.ACTIVE


def test_registering_the_same_client_twice_changes_nothing() -> None:
    assert clients.register(register_client, given(client_registered)) == []


@pytest.mark.parametrize(
    "part",
    [
        {"contact": married_zoe},
        {"status": ClientStatus.ACTIVE},
        {"custom_id": "Z-2"},
        {"strategy_id": "strategy-1"},
        {"identities": ()},
    ],
)
def test_an_id_belongs_to_the_client_registered_under_it(part) -> None:
    another = replace(register_client, **part)

    with pytest.raises(clients.ClientIdTaken):
        clients.register(another, given(client_registered))


# --- Changing -------------------------------------------------------------------------


def test_a_changed_client_is_as_it_was_changed() -> None:
    changed = clients.change(change_client, given(client_registered))

    assert changed == [client_changed]
    assert given(client_registered, *changed).contact == married_zoe


def test_changing_a_client_into_what_it_is_changes_nothing() -> None:
    assert clients.change(change_client, given(client_registered, client_changed)) == []


def test_a_change_without_status_keeps_the_status() -> None:
    active = given(client_registered, client_status_changed)

    changed = clients.change(change_client, active)

    assert CLIENT.fold(changed, active).status == ClientStatus.ACTIVE


def test_a_change_of_status_is_an_event_of_its_own() -> None:
    command = replace(change_client, status=ClientStatus.ACTIVE)

    changed = clients.change(command, given(client_registered))

    assert changed == [client_changed, client_status_changed]


def test_the_status_can_change_alone() -> None:
    changed = clients.change_status(change_client_status, given(client_registered))

    assert changed == [client_status_changed]
    assert given(client_registered, *changed).status == ClientStatus.ACTIVE


def test_changing_to_the_same_status_changes_nothing() -> None:
    active = given(client_registered, client_status_changed)

    assert clients.change_status(change_client_status, active) == []


# --- Notes ----------------------------------------------------------------------------


def test_a_note_is_added_to_a_client() -> None:
    assert clients.add_note(add_client_note, given(client_registered)) == [client_note_added]


def test_adding_the_same_note_twice_changes_nothing() -> None:
    assert clients.add_note(add_client_note, given(client_registered, client_note_added)) == []


def test_a_note_stays_as_it_was_written() -> None:
    rewritten = replace(add_client_note, text="Likes coffee.")

    with pytest.raises(clients.NoteIsWritten):
        clients.add_note(rewritten, given(client_registered, client_note_added))


def test_notes_survive_a_change_of_the_client() -> None:
    changed = given(client_registered, client_note_added, client_changed)

    assert clients.add_note(add_client_note, changed) == []


# --- Users ----------------------------------------------------------------------------


def test_a_client_is_linked_to_a_user() -> None:
    linked = clients.link_to_user(link_client_to_user, given(client_registered))

    assert linked == [client_linked_to_user]


def test_linking_twice_changes_nothing() -> None:
    linked = given(client_registered, client_linked_to_user)

    assert clients.link_to_user(link_client_to_user, linked) == []


def test_a_client_belongs_to_one_user() -> None:
    to_another = replace(link_client_to_user, user_id=another_user_id)

    with pytest.raises(clients.ClientIsLinkedToAnotherUser):
        clients.link_to_user(to_another, given(client_registered, client_linked_to_user))


# --- Erasing --------------------------------------------------------------------------


def test_erasing_names_the_streams_and_the_notes_that_spoke_of_the_person() -> None:
    noted = given(client_registered, client_note_added)

    assert clients.erase(erase_client, noted) == [client_erased]


def test_an_erased_client_exists_and_nothing_about_the_person_is_left() -> None:
    erased = given(client_registered, client_note_added, client_linked_to_user, client_erased)

    assert erased == Client(erased=True, erased_streams=frozenset({client_id, guest_booking}))
    assert erased.exists


def test_erasing_twice_changes_nothing() -> None:
    assert clients.erase(erase_client, given(client_registered, client_erased)) == []


def test_what_was_overlooked_can_be_erased_later() -> None:
    overlooked = replace(erase_client, streams=(guest_booking, "booking-2"))

    erased = clients.erase(overlooked, given(client_registered, client_erased))

    assert erased == [ClientErased(client_id=client_id, streams=("booking-2",))]
    assert clients.erase(overlooked, given(client_registered, client_erased, *erased)) == []


ORDERS = [
    (clients.change, change_client),
    (clients.change_status, change_client_status),
    (clients.add_note, add_client_note),
    (clients.link_to_user, link_client_to_user),
]


@pytest.mark.parametrize(("decide", "command"), [*ORDERS, (clients.register, register_client)])
def test_nothing_can_be_done_with_an_erased_client(decide, command) -> None:
    with pytest.raises(clients.ClientIsErased):
        decide(command, given(client_registered, client_erased))


@pytest.mark.parametrize(("decide", "command"), [*ORDERS, (clients.erase, erase_client)])
def test_nothing_can_be_done_with_a_client_nobody_registered(decide, command) -> None:
    with pytest.raises(clients.ClientNotFound):
        decide(command, given())
